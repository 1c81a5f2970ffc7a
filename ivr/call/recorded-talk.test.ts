import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Facility } from '#db/facilities.ts';
import { findRecording, intendRecording } from '#db/recordings.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import { MediaServerUnavailable } from '#media/endpoint.ts';
import { writeSound } from '#media/prompts/sound.ts';
import { Leg } from '../leg/leg.ts';
import type { Terms } from '../platform.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { answeredCall, pinPepper, playedPlatform, realm } from '../testing/world.ts';
import { Stopped } from './last-words.ts';
import { recordedTalk } from './recorded-talk.ts';

const database = await startTestDatabase();
const { db } = database;
const folder = await mkdtemp(join(tmpdir(), 'homeline-recorded-'));
beforeAll(() => seedDemo(db, { pinPepper, realm, now: new Date() }));
afterAll(async () => {
  await database.stop();
  await rm(folder, { recursive: true });
});

async function talking(facility: Partial<Facility> = {}, terms: Partial<Terms> = {}) {
  const call = await answeredCall(playedPlatform(db, terms), { facility });
  const { callId } = call.record;
  const path = join(folder, `${callId}.wav`);
  await intendRecording(db, { id: callId, callId, spoolPath: path, channels: 2, at: call.clock.now() });
  const far = { dialog: new PlayedDialog(), endpoint: new PlayedEndpoint('outside') };
  const outside = new Leg('outside', far.dialog, far.endpoint.real, call.clock);
  let begin = (): void => undefined;
  const bridged = new Promise<void>((resolve) => (begin = resolve));
  call.endpoint.bridge = async () => begin();
  const over = recordedTalk(call.parts, outside, { inside: 'es', outside: 'en' }, path);
  return { ...call, callId, path, far, outside, bridged, over, arranged: () => call.endpoint.told.slice(0, 3) };
}

describe('a talk', () => {
  it('is warned and ended in the language of each side', async () => {
    const { arranged, bridged, far } = await talking();
    await bridged;
    expect(arranged()).toEqual([
      'after 840 s: overlay /es/talk.warning.wav',
      'after 900 s: farewell /es/talk.limit.wav',
      'after 915 s: hang up',
    ]);
    expect(far.endpoint.told[0]).toBe('after 840 s: overlay /en/talk.warning.wav');
  });

  it('is warned in other words when it is not a minute before', async () => {
    const { arranged, bridged } = await talking({}, { warningSeconds: 20 });
    await bridged;
    expect(arranged()[0]).toBe('after 880 s: overlay /es/talk.warning-soon.wav');
  });

  // The clock of these calls begins on a Saturday at noon.
  it.each([
    ['12:05', 300],
    ['12:00', 10],
  ])('does not outlast calling hours that end at %s', async (to, seconds) => {
    const { arranged, bridged } = await talking({ callingHours: { sat: [{ from: '09:00', to }] } });
    await bridged;
    expect(arranged()).toContain(`after ${seconds} s: farewell /es/talk.limit.wav`);
  });

  it.each([
    ['inside', 'talked', 'inside'],
    ['outside', 'talked', 'outside'],
  ] as const)('that the %s ends is one: %s by %s', async (side, disposition, endedBy) => {
    const { bridged, dialog, far, over } = await talking();
    await bridged;
    (side === 'inside' ? dialog : far.dialog).hangUp();
    expect(await over).toMatchObject({ disposition, endedBy, q850: 16 });
  });

  it.each([
    ['closed', 'media-lost'],
    ['MEDIA_TIMEOUT', 'far-end-lost'],
  ])('cut off by the media server (%s) is %s', async (cause, disposition) => {
    const { bridged, endpoint, over } = await talking();
    await bridged;
    endpoint.vanish(cause);
    expect(await over).toMatchObject({ disposition });
  });

  it('that is ended by us is a shutdown', async () => {
    const { bridged, leg, over } = await talking();
    await bridged;
    void leg.end(41);
    expect(await over).toMatchObject({ disposition: 'shutdown' });
  });

  it('of a platform that stops ends with words for both, each in their language, and only then the recording stops', async () => {
    const { bridged, endpoint, far, leg, outside, over, path, stopping } = await talking();
    await bridged;
    const prompts = [endpoint.begins(), far.endpoint.begins()];
    stopping.abort(new Stopped());
    const [toInside, toOutside] = await Promise.all(prompts);
    expect([toInside?.path, toOutside?.path]).toEqual(['/es/service.stops.wav', '/en/service.stops.wav']);
    expect(endpoint.told).toContain('unbridge');
    expect(endpoint.told).not.toContain(`stop recording ${path}`);
    await Promise.all([toInside?.end(), toOutside?.end()]);
    expect(await over).toMatchObject({ disposition: 'shutdown', endedBy: 'system', q850: 41 });
    expect(endpoint.told).toContain(`stop recording ${path}`);
    for (const { ending } of [leg, outside]) expect(ending).toMatchObject({ by: 'us', cause: 'shutdown' });
  });

  it('that reaches its limit says so', async () => {
    const { bridged, clock, endpoint, over } = await talking({ talkLimitSeconds: 10 });
    await bridged;
    await clock.move(10_000);
    endpoint.vanish('NORMAL_CLEARING');
    expect(await over).toMatchObject({ disposition: 'limit-reached', endedBy: 'limit' });
  });

  it('that cannot be recorded does not begin', async () => {
    const call = await talking();
    call.endpoint.recordingRefusal = new MediaServerUnavailable('no disk');
    expect(await call.over).toMatchObject({ disposition: 'recording-failed' });
    await call.record.settled();
    expect((await findRecording(db, call.callId))?.state).toBe('intended');
  });
});

describe('its recording', () => {
  it('has begun when the talk has, and is stopped with it', async () => {
    const { bridged, callId, dialog, endpoint, over, path, record } = await talking();
    await bridged;
    await record.settled();
    expect((await findRecording(db, callId))?.state).toBe('started');
    dialog.hangUp();
    await over;
    expect(endpoint.told).toContain(`stop recording ${path}`);
  });

  it('is finished with its length and digest once its file is whole', async () => {
    const { bridged, callId, dialog, endpoint, over, path, record } = await talking();
    await bridged;
    dialog.hangUp();
    await over;
    await writeFile(path, writeSound({ rate: 8000, samples: new Float32Array(12_000) }));
    let finished = (): void => undefined;
    const stored = new Promise<void>((resolve) => (finished = resolve));
    const note = record.note.bind(record);
    record.note = (what) => note(what).finally(finished);
    endpoint.recordingEnds();
    await stored;
    const recording = await findRecording(db, callId);
    expect(recording).toMatchObject({ state: 'finished', finished: { seconds: 1.5, repaired: false } });
    expect(recording?.finished?.sha256).toMatch(/^[\da-f]{64}$/);
  });

  it('is not finished before the media server has closed its file', async () => {
    const { bridged, callId, clock, dialog, endpoint, over, path, record } = await talking();
    await bridged;
    dialog.hangUp();
    await over;
    const whole = writeSound({ rate: 8000, samples: new Float32Array(12_000) });
    await writeFile(path, whole.subarray(0, 12_000));
    const looked = clock.asked(100);
    const stored = new Promise<void>((resolve) => {
      const note = record.note.bind(record);
      record.note = (what) => note(what).finally(resolve);
    });
    endpoint.recordingEnds();
    await looked;
    await writeFile(path, whole);
    await clock.move(100);
    await stored;
    const finished = { seconds: 1.5, repaired: false };
    expect(await findRecording(db, callId)).toMatchObject({ state: 'finished', finished });
  });

  it('that has no file is left to the sweeper, and the log says so', async () => {
    const call = await talking();
    await call.bridged;
    call.dialog.hangUp();
    await call.over;
    const logged = new Promise<unknown>((resolve) => (call.platform.log.error = (_fields, text) => resolve(text)));
    call.endpoint.recordingEnds();
    expect(await logged).toBe('the recording could not be finished');
    await call.record.settled();
    expect((await findRecording(db, call.callId))?.state).toBe('started');
  });
});
