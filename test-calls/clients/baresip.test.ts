import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { authorization } from '#test-calls/phone/authorization.ts';
import { house, nextCall } from '#test-calls/phone/house.ts';
import type { OutgoingCall } from '#test-calls/phone/outgoing-call.ts';
import { find } from '#test-calls/phone/recognition.ts';
import { encoded, reference, type Audio } from '#test-calls/phone/reference.ts';
import { babble } from '#test-calls/phone/sound.ts';
import { TransactionLayer } from '#sip-stack/transactions.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { baresip, ensureDebian } from './apt.ts';
import { accountOf, type Softphone } from './baresip-config.ts';
import { Baresip } from './baresip.ts';
import { netstring, NetstringFault, NetstringReader } from './netstring.ts';

const { phone } = house();
const softphones: Baresip[] = [];

const softphone = async (options: Softphone): Promise<Baresip> => {
  const one = await Baresip.start(options);
  softphones.push(one);
  return one;
};

beforeAll(async () => {
  const installed = await ensureDebian([baresip]);
  if (installed.kind === 'missing') throw new Error(installed.message);
});

afterEach(async () => {
  await Promise.all(softphones.splice(0).map((one) => one.stop()));
});

/** When the other side presses this key. */
const heardKey = (call: OutgoingCall, wanted: string): Promise<void> =>
  new Promise((resolve) => call.on('key', (key) => key === wanted && resolve()));

/** How much of a sound is in what a softphone recorded, 0 to 1. */
const share = (recording: Int16Array | undefined, audio: Audio): number => {
  const place = find(encoded(recording ?? new Int16Array(), 'PCMU'), reference(audio, 'PCMU'), 0, 'encoder');
  return place ? place.matched / place.audible : 0;
};

describe('baresip and the test phone', () => {
  test.each(['PCMU', 'PCMA'] as const)(
    'the test phone calls it: both hear each other and their keys, in %s',
    async (codec) => {
      const mother = await softphone({ name: 'mother', codec });
      const son = await phone('son', { codec });
      const call = son.dial(mother.uri);
      expect((await mother.event('CALL_INCOMING')).peer).toContain('sip:son@');
      expect(await call.progressed(180)).toMatchObject({ media: false });
      await mother.answer();
      expect(await call.answered).toBe(true);
      await mother.event('CALL_ESTABLISHED');
      const [his, hers] = [babble({ ms: 1500, seed: 21 }), babble({ ms: 1500, seed: 22 })];
      await Promise.all([mother.speak(hers), call.speak(his)]);
      expect(await call.ear.waitFor(hers)).toMatchObject({ complete: true });
      await call.press('7');
      expect((await mother.event('CALL_DTMF_START')).param).toBe('7');
      const keys = ['2', '#'].map((key) => heardKey(call, key));
      await mother.press('2#');
      await Promise.all(keys);
      await mother.hangup();
      expect(await call.ended).toMatchObject({ by: 'them', how: 'bye' });
      await mother.event('CALL_CLOSED');
      expect(call.ear.digits.map(({ key }) => key)).toEqual(['2', '#']);
      expect(share((await mother.heard())[0], his)).toBe(1);
    },
  );

  test('it calls the test phone, which hangs up', async () => {
    const [son, mother] = [await softphone({ name: 'son' }), await phone('mother')];
    const incoming = nextCall(mother);
    await son.dial(mother.uri);
    const call = await incoming;
    call.ring();
    await son.event('CALL_RINGING');
    expect(await call.answer()).toBe(true);
    await son.event('CALL_ESTABLISHED');
    const his = babble({ ms: 800, seed: 23 });
    await son.speak(his);
    expect(await call.ear.waitFor(his)).toMatchObject({ complete: true });
    await call.hangup();
    expect((await son.event('CALL_CLOSED')).param).toBe('Connection reset by peer');
  });

  test('it gives up while it rings, and rejects', async () => {
    const [son, mother] = [await softphone({ name: 'son' }), await phone('mother')];
    const incoming = nextCall(mother);
    await son.dial(mother.uri);
    const call = await incoming;
    call.ring();
    await son.event('CALL_RINGING');
    await son.hangup();
    expect(await call.ended).toMatchObject({ by: 'them', how: 'cancel' });
    const back = mother.dial(son.uri);
    await son.event('CALL_INCOMING');
    await son.hangup();
    expect(await back.ended).toMatchObject({ by: 'them', how: 'refused', status: 486 });
  });
});

test('two of them call each other', async () => {
  const [son, mother] = [await softphone({ name: 'son' }), await softphone({ name: 'mother' })];
  await son.dial(mother.uri);
  await mother.event('CALL_INCOMING');
  await mother.answer();
  await Promise.all([son.event('CALL_ESTABLISHED'), mother.event('CALL_ESTABLISHED')]);
  const [his, hers] = [babble({ ms: 1000, seed: 24 }), babble({ ms: 1000, seed: 25 })];
  await Promise.all([son.speak(his), mother.speak(hers)]);
  await son.press('5');
  expect((await mother.event('CALL_DTMF_START')).param).toBe('5');
  await mother.hangup();
  await Promise.all([son.event('CALL_CLOSED'), mother.event('CALL_CLOSED')]);
  expect(share((await mother.heard())[0], his)).toBeGreaterThan(0.9);
  expect(share((await son.heard())[0], hers)).toBeGreaterThan(0.9);
});

test('it registers with its password, and a wrong one is refused', async () => {
  const layer = new TransactionLayer(await UdpTransport.bind('127.0.0.1', 0));
  const challenge = 'Digest realm="home", nonce="abc", algorithm=MD5, qop="auth"';
  const contacts: string[] = [];
  layer.onRequest = (transaction, request) => {
    const given = request.get('authorization');
    const fields = ['cnonce', 'uri', 'response'].map((name) => new RegExp(`${name}="([^"]+)"`).exec(given ?? '')?.[1]);
    const [cnonce, uri = '', response] = fields;
    const right = { username: 'mother', password: 'secret' };
    const wanted = authorization(challenge, { method: 'REGISTER', uri }, right, cnonce);
    if (given === undefined) return void transaction.reply(401, { headers: { 'WWW-Authenticate': challenge } });
    if (!wanted?.includes(`response="${response ?? ''}"`)) return void transaction.reply(403);
    contacts.push(request.get('contact') ?? '');
    transaction.reply(200, { headers: { Contact: request.get('contact') ?? '' } });
  };
  const registrar = layer.transport.local;
  const mother = await softphone({ name: 'mother', registrar, password: 'secret' });
  await mother.event('REGISTER_OK');
  expect(contacts[0]).toContain('127.0.0.1');
  const stranger = await softphone({ name: 'mother', registrar, password: 'guess' });
  expect((await stranger.event('REGISTER_FAIL')).param).toContain('403');
  await Promise.all(softphones.splice(0).map((one) => one.stop()));
  layer.close();
  await layer.transport.close();
});

test('an account says what it must and takes nothing that would change its line', () => {
  const registrar = { address: '127.0.0.1', port: 5060 };
  expect(accountOf({ name: 'son', registrar, password: 'pw', codec: 'PCMA' }, 'own')).toBe(
    '<sip:son@127.0.0.1:5060>;answermode=manual;regint=60;outbound="sip:127.0.0.1:5060";auth_user=son;auth_pass=pw;audio_codecs=PCMA/8000/1',
  );
  expect(accountOf({ name: 'son' }, '127.0.0.1:9')).toBe('<sip:son@127.0.0.1:9>;answermode=manual;regint=0');
  expect(() => accountOf({ name: 'son', password: 'a;b' }, 'own')).toThrow('cannot hold');
});

test('netstrings are put together from any pieces, and nothing else passes', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 7 }), (texts, size) => {
      const [reader, bytes] = [new NetstringReader(), Buffer.from(texts.map(netstring).join(''))];
      const read: string[] = [];
      for (let at = 0; at < bytes.length; at += size) read.push(...reader.take(bytes.subarray(at, at + size)));
      expect(read).toEqual(texts);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        new NetstringReader().take(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(NetstringFault);
      }
    }),
  );
});
