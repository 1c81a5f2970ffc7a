import { afterAll, beforeAll, expect, test } from 'vitest';
import { VALLEY_VIEW } from '#db/seed/demo-world.ts';
import { baresip, ensureDebian } from './clients/apt.ts';
import { Baresip } from './clients/baresip.ts';
import { seedCast } from './demo/cast.ts';
import type { JournalEvent } from './journals.ts';
import { Phone } from './phone/phone.ts';
import { reference, encoded } from './phone/reference.ts';
import { find } from './phone/recognition.ts';
import { babble } from './phone/sound.ts';
import { readRecording } from './recording.ts';
import { Stage } from './stage.ts';

const caller = { label: 'softphone', pin: '6120', language: 'en', number: '+12135550142', saysName: false } as const;
let stage: Stage;
const softphones: Baresip[] = [];

beforeAll(async () => {
  const installed = await ensureDebian([baresip]);
  if (installed.kind === 'missing') throw new Error(installed.message);
  stage = await Stage.open({ prompts: 'short', prepare: (db, config) => seedCast([caller], VALLEY_VIEW, db, config) });
});

afterAll(async () => {
  await Promise.all(softphones.map((one) => one.stop()));
  await stage.close();
});

const registrar = () => ({ address: stage.system.sip.host, port: stage.system.sip.port });

/** A real softphone that has registered with the platform, by digest. */
async function registered(username: string, password: string): Promise<Baresip> {
  const one = await Baresip.start({ name: username, registrar: registrar(), password });
  softphones.push(one);
  await one.event('REGISTER_OK');
  return one;
}

const says =
  (key: string) =>
  ({ kind, data }: JournalEvent) =>
    kind === 'saying' && (data['prompts'] as { key: string }[]).some((prompt) => prompt.key === key);

const share = (heard: Int16Array | undefined, sound: Parameters<typeof reference>[0]): number => {
  const place = find(encoded(heard ?? new Int16Array(), 'PCMU'), reference(sound, 'PCMU'), 0, 'encoder');
  return place ? place.matched / place.audible : 0;
};

test('two baresips, one inside and one at home, are registered, connected, and recorded each on its own channel', async () => {
  const [station] = stage.demo.stations;
  const [home] = stage.demo.homePhones;
  const inside = await registered(station!.username, station!.password);
  const outside = await registered(home!.username, home!.password);
  const { host, port } = stage.system.sip;
  const [his, hers] = [babble({ ms: 1_500, seed: 31 }), babble({ ms: 1_500, seed: 32 })];

  await inside.dial(`sip:${home!.number}@${host}:${port}`);
  await stage.journals.wait(says('language.choose'));
  await inside.press('1');
  await stage.journals.wait(says('pin.ask'));
  await inside.press(`${caller.pin}#`);
  await outside.event('CALL_INCOMING');
  await outside.answer();
  const { callId } = await stage.journals.wait(says('offer.menu'));
  await outside.press('1');
  await stage.journals.wait((event) => event.kind === 'bridged' && event.callId === callId);
  await Promise.all([inside.speak(his), outside.speak(hers)]);
  await outside.hangup();
  await inside.event('CALL_CLOSED');

  const { call, recording } = await stage.settled(callId);
  expect(call).toMatchObject({
    disposition: 'talked',
    endedBy: 'outside',
    acceptedKey: '1',
    personId: 'demo-softphone',
  });
  const { channels } = await readRecording(recording?.stored?.location ?? '');
  expect([share(channels[0], his), share(channels[1], hers)]).toEqual([1, 1]);
  expect([share(channels[0], hers), share(channels[1], his)]).toEqual([0, 0]);
  expect(share((await outside.heard()).at(-1), his)).toBe(1);
  expect(share((await inside.heard()).at(-1), hers)).toBe(1);
});

test('a REGISTER that a later one overtook changes nothing, and a new Call-ID begins anew', async () => {
  const [, , home] = stage.demo.homePhones;
  const { username: name, password } = home!;
  const options = { name, domain: stage.system.sip.host, digest: { username: name, password } };
  const phone = await Phone.start(options);
  const restarted = await Phone.start(options);
  const to = `sip:${stage.system.sip.host}:${stage.system.sip.port}`;
  try {
    // The challenge takes one CSeq, the answer to it the next.
    expect(await phone.register(to, { after: 10 })).toEqual({ status: 200, expires: 3600 });
    expect((await phone.register(to, { after: 10, expires: 0 })).status).toBe(500);
    expect((await phone.register(to, { after: 3, expires: 600 })).status).toBe(500);
    expect(await phone.register(to, { after: 11, expires: 600 })).toEqual({ status: 200, expires: 600 });
    expect(await restarted.register(to, { after: 0 })).toEqual({ status: 200, expires: 3600 });
    expect([...phone.surprises, ...restarted.surprises]).toEqual([]);
  } finally {
    await Promise.all([phone.stop(), restarted.stop()]);
  }
});

test('a phone at home may not call out, and a wrong password registers nobody', async () => {
  const [, home] = stage.demo.homePhones;
  const outside = await registered(home!.username, home!.password);
  const { host, port } = stage.system.sip;
  await outside.dial(`sip:+12135550150@${host}:${port}`);
  expect((await outside.event('CALL_CLOSED')).param).toMatch(/403/);

  const [, , third] = stage.demo.homePhones;
  const guesser = await Baresip.start({ name: third!.username, registrar: registrar(), password: 'guess' });
  softphones.push(guesser);
  expect((await guesser.event('REGISTER_FAIL')).param).toMatch(/401|403/);
});
