import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callReport } from '#db/calls.ts';
import { openDatabase } from '#db/connect.ts';
import { saveSpokenName } from '#db/people.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import { MediaServerUnavailable } from '#media/endpoint.ts';
import type { Sequences } from '#media/prompts/sequence.ts';
import { readTrunks } from '#sip-proxy/trunks/trunk.ts';
import type { Platform } from '../platform.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import type { Network } from '../testing/played-servers.ts';
import { failed, rings } from '../testing/played-servers.ts';
import { answeredCall, pinPepper, playedPlatform, realm } from '../testing/world.ts';
import { watched } from '../testing/watched.ts';
import { closeUnanswered, runHomeCall } from './home-call.ts';

const database = await startTestDatabase();
const { db } = database;
const trunks = readTrunks('[{"name": "carrier", "host": "192.0.2.1"}]');
beforeAll(async () => {
  await seedDemo(db, { pinPepper, realm, now: new Date() });
  const name = { path: '/voices/alex.wav', sha256: 'a'.repeat(64), seconds: 1, approved: true, at: new Date() };
  await saveSpokenName(db, 'demo-alex', name);
});
afterAll(() => database.stop());

/** A call that has just been answered inside, on a platform with these changes; every prompt is heard at once. */
async function running(changes: Partial<Platform> = {}, ...network: Network[]) {
  const call = await answeredCall(playedPlatform(db, { trunks }));
  call.sip.network.push(...network);
  call.endpoint.quick = true;
  const platform = { ...call.platform, ...changes };
  const over = runHomeCall({ ...call.parts, platform, dialled: '2135550142' });
  await call.clock.move(0);
  const said = () => call.endpoint.prompts.flatMap(({ path }) => path.split('+'));
  return { ...call, said, over };
}

const cdrOf = async ({ record }: { record: { callId: string; settled(): Promise<void> } }) => {
  await record.settled();
  return callReport(db, record.callId);
};

describe('a call that its inside leg leaves', () => {
  type Call = Awaited<ReturnType<typeof running>>;
  it.each<[how: string, (call: Call) => void, disposition: string, endedBy: string, cause: string]>([
    ['its phone hangs up', ({ dialog }) => dialog.hangUp({ reason: 'bye' }), 'caller-hung-up', 'inside', 'bye'],
    ['its phone says nothing of why', ({ dialog }) => dialog.hangUp(), 'caller-hung-up', 'inside', 'phone'],
    [
      'its phone is silent',
      ({ endpoint }) => endpoint.vanish('MEDIA_TIMEOUT'),
      'far-end-lost',
      'outside',
      'MEDIA_TIMEOUT',
    ],
    ['the media server is lost', ({ endpoint }) => endpoint.vanish('closed'), 'media-lost', 'system', 'closed'],
    ['we end it', ({ leg }) => void leg.end(41, 'shutdown'), 'shutdown', 'system', 'shutdown'],
  ])('because %s is closed', async (_how, end, disposition, endedBy, cause) => {
    const call = await running();
    end(call);
    expect(await call.over).toMatchObject({ disposition, endedBy });
    const report = await cdrOf(call);
    expect(report?.call).toMatchObject({ disposition, endedBy, cause, language: 'en' });
    expect(report?.call.closedAt).toBeInstanceOf(Date);
    expect(report?.events.map(({ kind }) => kind).slice(-2)).toEqual(['state', 'closed']);
    expect(call.logged).toEqual([]);
  });
});

describe('a call of a platform that stops', () => {
  it('ends with the goodbye of that, whatever was being asked', async () => {
    const call = await running();
    call.endpoint.quick = true;
    call.stopping.abort();
    expect(await call.over).toMatchObject({ disposition: 'shutdown', endedBy: 'system', q850: 41 });
    expect(call.said().at(-1)).toBe('/en/service.stops.wav');
    expect((await cdrOf(call))?.call).toMatchObject({ disposition: 'shutdown', cause: 'shutdown' });
  });

  it('that had stopped before the call began is no other', async () => {
    const call = await answeredCall(playedPlatform(db));
    call.endpoint.quick = true;
    call.stopping.abort();
    const { disposition } = await runHomeCall({ ...call.parts, dialled: '2135550142' });
    expect(disposition).toBe('shutdown');
    expect(call.endpoint.prompts.map(({ path }) => path)).toEqual(['/en/service.stops.wav']);
  });

  it('keeps its own last words once it is concluded', async () => {
    const call = await running();
    const asked = call.endpoint.begins('pin.ask');
    call.endpoint.press('1');
    await asked;
    // Three times eight seconds for a PIN.
    await call.clock.move(23_999);
    call.endpoint.quick = false;
    await call.clock.move(1);
    const goodbye = call.endpoint.playing;
    expect(goodbye.path).toBe('/en/pin.goodbye.wav');
    call.stopping.abort();
    await goodbye.end();
    expect(await call.over).toMatchObject({ disposition: 'pin-failed' });
    expect(goodbye.stopped).toBe(false);
  });

  it('does not wait for a database that is away', async () => {
    const call = await running();
    const asked = new Promise<string>((resolve) => {
      call.record.ask = (what) => (resolve(what), new Promise(() => undefined));
    });
    call.endpoint.press('1', ...'4821#');
    expect(await asked).toBe('person');
    call.stopping.abort();
    expect(await call.over).toMatchObject({ disposition: 'shutdown' });
    expect(call.said().at(-1)).toBe('/en/service.stops.wav');
  });
});

describe('a call', () => {
  it('that was rung keeps the status with which it was refused', async () => {
    const call = await running({}, rings(failed(486), 180));
    call.endpoint.press('1', ...'4821#');
    expect((await call.over).disposition).toBe('busy');
    expect(call.media.besides).toEqual([call.endpoint.id]);
    expect((await cdrOf(call))?.call).toMatchObject({ number: '+12135550142', sipStatus: 486, q850: 17 });
  });

  it('whose media server dies while an endpoint is asked of it is lost with that, and no fault', async () => {
    const call = await running();
    call.media.endpoint = async () => {
      call.endpoint.vanish('closed');
      throw new MediaServerUnavailable('the media server was lost');
    };
    call.endpoint.press('1', ...'4821#');
    expect(await call.over).toMatchObject({ disposition: 'media-lost', endedBy: 'system', q850: 41 });
    expect(call.logged.map(({ text }) => text)).not.toContain('the call met a fault');
  });

  it('for whose other leg no endpoint is to be had says sorry', async () => {
    const call = await running();
    call.endpoint.quick = true;
    call.media.endpoint = () => Promise.reject(new MediaServerUnavailable('it is full'));
    call.endpoint.press('1', ...'4821#');
    expect((await call.over).disposition).toBe('fault');
    expect(call.said().at(-1)).toBe('/en/outcome.unavailable.wav');
  });

  it('that was accepted keeps when, and with which key', async () => {
    const far = new PlayedDialog();
    const outside = new PlayedEndpoint();
    outside.quick = true;
    const call = await running({}, rings({ kind: 'answered', dialog: far }));
    call.media.ready.push(outside);
    const noticeOver = call.clock.asked(0);
    const menu = outside.begins('offer.menu');
    const bridged = new Promise<void>((resolve) => (call.endpoint.bridge = async () => resolve()));
    call.endpoint.press('1', ...'4821#');
    await noticeOver;
    await call.clock.move(0);
    await menu;
    const acceptedAt = call.clock.now();
    outside.press('1');
    await bridged;
    far.hangUp();
    call.endpoint.recordingEnds();
    expect(await call.over).toMatchObject({ disposition: 'talked', endedBy: 'outside' });
    expect((await cdrOf(call))?.call).toMatchObject({ acceptedKey: '1', acceptedAt, q850: 16 });
  });

  it('that the flow ends says goodbye, hangs up and is closed as the flow concluded', async () => {
    const call = await running();
    call.endpoint.press('2', '#', '#', '#');
    expect(await call.over).toEqual({ disposition: 'pin-failed', endedBy: 'policy', q850: 21 });
    expect(call.said().at(-1)).toBe('/es/pin.goodbye.wav');
    expect((await cdrOf(call))?.call).toMatchObject({ disposition: 'pin-failed', q850: 21, language: 'es' });
    expect([call.dialog.byes, call.clock.waits]).toEqual([[16], []]);
  });

  it('that meets a fault says sorry, and the log has the fault', async () => {
    const fault = new Error('no such sound');
    const files: unknown[] = [];
    const fileOf = async (prompts: readonly (readonly string[])[]) => {
      files.push(prompts);
      if (files.length === 1) throw fault;
      return prompts.flat().join('+');
    };
    const call = await running({ sequences: { fileOf } as unknown as Sequences });
    expect((await call.over).disposition).toBe('fault');
    expect(call.said()).toEqual(['/en/outcome.unavailable.wav']);
    expect(call.logged).toMatchObject([{ level: 'error', fields: { call: call.record.callId, err: fault } }]);
    expect((await cdrOf(call))?.call).toMatchObject({ disposition: 'fault', endedBy: 'system' });
  });

  it('that can say nothing at all ends all the same', async () => {
    const fileOf = () => Promise.reject(new Error('no sounds'));
    const call = await running({ sequences: { fileOf } as unknown as Sequences });
    expect((await call.over).disposition).toBe('fault');
    expect(call.dialog.byes).toEqual([16]);
    await call.record.settled();
  });

  it('of which the database can say nothing is refused as such', async () => {
    const away = openDatabase('postgres://127.0.0.1:1/nowhere', { connectMs: 500 });
    const call = await running({ db: away });
    call.endpoint.press('1', ...'4821#');
    expect((await call.over).disposition).toBe('policy-unavailable');
    await away.destroy();
    expect(call.said().at(-1)).toBe('/en/refusal.unavailable.wav');
    await call.record.settled();
  });

  it('does not wait longer than a second for a phone that is gone', async () => {
    const call = await running();
    call.dialog.end = () => new Promise(() => undefined);
    call.endpoint.press('1', '#', '#', '#');
    const over = watched(call.over);
    await call.clock.asked(1_000);
    await call.clock.move(999);
    expect([over.over, call.record.states.done]).toEqual([false, expect.any(Date)]);
    await call.clock.move(1);
    expect(over.result?.disposition).toBe('pin-failed');
    await call.record.settled();
  });
});

it('a call whose phone never heard us is closed with the status that it got', async () => {
  const call = await answeredCall(playedPlatform(db));
  closeUnanswered(call.record, 'no-codec', 488);
  const report = await cdrOf(call);
  expect(report?.call).toMatchObject({
    ...{ disposition: 'no-codec', endedBy: 'system', q850: 88, sipStatus: 488, cause: 'SIP 488' },
    states: { offHook: expect.any(Date) as Date, done: expect.any(Date) as Date },
  });
});
