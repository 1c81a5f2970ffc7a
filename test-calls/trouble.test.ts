import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect } from 'vitest';
import { recentCalls } from '#db/calls.ts';
import { startTestDatabase } from '#db/testing.ts';
import { afterDrainSeconds } from '#ivr/service.ts';
import { accept, callAndPickUp, hearEachOther, heardAll, hears, talking } from './acts.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import { babble, repeated } from './phone/sound.ts';
import { readRecording } from './recording.ts';
import { tell, toldById } from './told.ts';
import { wholeCalls } from './whole-calls.ts';

const run = promisify(execFile);
// A database of its own, so that it can be taken away.
const database = await startTestDatabase();
// And prompts of its own, for the same reason.
const own = await mkdtemp(join(tmpdir(), 'homeline-prompts-'));
const prompts = join(own, 'prompts');
afterAll(async () => {
  await database.stop();
  await rm(own, { recursive: true, force: true });
});

// One after the other: what is taken away is missing in every call.
const { call } = wholeCalls({
  environment: { DATABASE_URL: database.url, PROMPT_FOLDER: prompts, SWEEP_SECONDS: '1', DRAIN_SECONDS: '2' },
  atOnce: 1,
});

/** How long the database is away. Nobody waits for it but the database itself. */
const AWAY_MS = 10_000;

/** Takes the database away, with SIGKILL, for as long as `work` takes. */
async function withoutDatabase(work: () => Promise<void>): Promise<void> {
  await database.crash();
  try {
    await work();
  } finally {
    await database.revive();
  }
}

call(
  'PostgreSQL is killed and away for ten seconds: talks go on, nothing of them is lost',
  { others: 2 },
  async (scene) => {
    const [offered, late] = scene.others;
    if (!offered || !late) throw new Error('too few people');
    const talk = await talking(scene);
    const offer = await callAndPickUp(offered);
    await hears(offered, offer.outside, 'offer.from', { until: 'start' });
    const offerId = await scene.stage.idOf(offer.inside);

    await withoutDatabase(async () => {
      const goneMs = performance.now();
      await hearEachOther(talk.inside, talk.outside, 5_000);
      // Whoever dials now is told at once that it is not possible, and when to try again.
      const refused = late.dial();
      expect(await refused.answered).toBe(false);
      expect(refused.ending).toMatchObject({ status: 503 });

      // Consent counts, and the talk begins, whether or not it can be written down now: or it ends with words for both.
      await hears(offered, offer.outside, 'offer.menu');
      await offer.outside.press('1');
      await talk.outside.hangup();
      await talk.inside.ended;
      await scene.stage.pause(Math.max(0, AWAY_MS - (performance.now() - goneMs)));
    });

    await expect
      .poll(async () => (await scene.stage.report(talk.callId)).call.closedAt, { timeout: 20_000 })
      .toBeInstanceOf(Date);
    const talked = await scene.stage.settled(talk.callId, 20_000);
    expect(talked.call).toMatchObject({ disposition: 'talked', endedBy: 'outside', acceptedKey: '1' });
    expect(talked.events.map(({ kind }) => kind)).toContain('closed');
    expect(talked.recording).toMatchObject({ state: 'stored' });
    const wav = await readRecording(talked.recording?.stored?.location ?? '');
    expect(wav.seconds).toBeGreaterThan(1.2);

    await offer.inside.hangup();
    await expect
      .poll(async () => (await scene.stage.report(offerId)).call.closedAt, { timeout: 20_000 })
      .toBeInstanceOf(Date);
    const told = tell(await scene.stage.settled(offerId, 20_000));
    expect(told.keys.outside).toEqual(['1']);
    expect(told.call.acceptedKey).toBe('1');
    expect(['talked', 'recording-failed']).toContain(told.call.disposition);

    // The journals' own connection died with the server: what became of this one is asked for by its number.
    const again = await callAndPickUp(late);
    await accept(late, again.outside);
    // What is said before the bridge stands is heard by nobody: it is said until it is.
    const said = babble({ ms: 500, seed: 5_050 });
    void again.inside.speak(repeated(said));
    expect(await again.outside.ear.waitFor(said)).toBeDefined();
    await again.inside.hangup();
    await expect
      .poll(async () => (await recentCalls(scene.stage.system.db, { number: late.number, limit: 1 }))[0]?.disposition, {
        timeout: 20_000,
      })
      .toBe('talked');
  },
);

call('a number dialled while the database is away is not called, and the caller is told', async (scene) => {
  const ringing: IncomingCall[] = [];
  scene.stage.person(scene.number, (incoming) => void ringing.push(incoming));
  const inside = scene.dial();
  expect(await inside.answered).toBe(true);
  const callId = await scene.stage.idOf(inside);
  await hears(scene, inside, 'language.choose', { until: 'start' });
  await inside.press('1');
  await hears(scene, inside, 'pin.ask', { until: 'start' });
  await withoutDatabase(async () => {
    await inside.press(`${scene.player.pin}#`, { ms: 60 });
    // Fails closed: who calls cannot be looked up.
    await inside.ended;
    expect(inside.ending).toMatchObject({ by: 'them' });
  });
  await expect
    .poll(async () => (await scene.stage.report(callId)).call.closedAt, { timeout: 20_000 })
    .toBeInstanceOf(Date);
  expect(ringing).toEqual([]);
});

call(
  'a disk that is full: no talk without a recording, both are told, later calls are recorded again',
  async (scene) => {
    const recordings = join(scene.stage.system.config.VAR_FOLDER, 'spool', 'recordings');
    await mkdir(recordings, { recursive: true });
    // A file system of 16 pages: a second of a recording and a half.
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'homeline-test', recordings]);
    try {
      const { inside, outside, callId } = await talking(scene);
      void inside.speak(babble({ ms: 3_000, seed: 5_100 }));
      await Promise.all([inside.ended, outside.ended]);
      const told = await toldById(scene.stage, callId);
      expect(told.call).toMatchObject({ disposition: 'recording-failed', endedBy: 'system' });
      expect(told.call.states.talking).toBeInstanceOf(Date);
      for (const phone of [inside, outside]) expect(phone.ending).toMatchObject({ by: 'them', how: 'bye' });
    } finally {
      await run('umount', ['-l', recordings]);
    }
    const after = await talking(scene);
    await hearEachOther(after.inside, after.outside, 5_200);
    await after.outside.hangup();
    await after.inside.ended;
    const report = await scene.stage.settled(after.callId, 20_000);
    expect(report.call.disposition).toBe('talked');
    expect(report.recording).toMatchObject({ state: 'stored' });
  },
);

call(
  'prompts that can no longer be read: nobody is connected unheard, both are released, later calls are well',
  async (scene) => {
    const { inside, outside } = await callAndPickUp(scene);
    const callId = await scene.stage.idOf(inside);
    await hears(scene, outside, 'offer.from', { until: 'start' });
    await rename(prompts, `${prompts}-away`);
    await writeFile(prompts, 'not a folder');
    try {
      await outside.press('1');
      await Promise.all([inside.ended, outside.ended]);
      for (const phone of [inside, outside]) expect(phone.ending).toMatchObject({ by: 'them', how: 'bye' });
      const told = await toldById(scene.stage, callId);
      expect(told.call).toMatchObject({ disposition: 'fault', endedBy: 'system' });
      expect(told.call.acceptedKey).toBeUndefined();
      expect(told.call.states.talking).toBeUndefined();
    } finally {
      await rm(prompts);
      await rename(`${prompts}-away`, prompts);
    }
    const after = await talking(scene);
    await hearEachOther(after.inside, after.outside, 5_400);
  },
);

call(
  'a platform that stops without its database says goodbye all the same, and waits for no database',
  async (scene) => {
    const { inside, outside, callId } = await talking(scene);
    await withoutDatabase(async () => {
      const toldMs = performance.now();
      await scene.stage.system.supervisor.stop();
      for (const phone of [inside, outside]) {
        expect(phone.ending).toMatchObject({ by: 'them', how: 'bye' });
        expect(await heardAll(scene, phone, 'service.stops')).toBe(true);
      }
      expect(performance.now() - toldMs).toBeLessThan((2 + afterDrainSeconds + 5) * 1_000);
    });
    // What could not be written is closed by whoever starts next under the same name.
    const { events } = await scene.stage.report(callId);
    expect(events.map(({ kind }) => kind)).toContain('bridged');
  },
);
