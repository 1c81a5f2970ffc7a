import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closeCall, openCall } from '#db/calls.ts';
import {
  findRecording,
  finishRecording,
  intendRecording,
  startedRecording,
  type RecordingState,
} from '#db/recordings.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { fastPlace, startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { hashFile } from '#media/recordings/file.ts';
import { folderStorage } from '#media/recordings/folder-storage.ts';
import { s3Storage } from '#media/recordings/s3-storage.ts';
import type { Storage } from '#media/recordings/storage.ts';
import { startS3StandIn } from '#media/recordings/testing/s3-stand-in.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { waitBefore } from './queue.ts';
import { startJobs, type Jobs, type JobsOptions } from './start.ts';
import type { Log, Step } from './steps.ts';
import { keyOf, storeRecording } from './store-recording.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let folder: string;
let spoolFolder: string;
let storage: Storage;
let lines: { level: keyof Log; facts: Record<string, unknown>; message: string }[];
const log = Object.fromEntries(
  (['info', 'warn', 'error'] as const).map((level) => [
    level,
    (facts: object, message: string) => void lines.push({ level, facts: { ...facts }, message }),
  ]),
) as unknown as Log;
const said = (message: string) => lines.filter((line) => line.message.includes(message));

beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: new Date() });
});
afterAll(() => server.stop());
beforeEach(async () => {
  await server.db.deleteFrom('outbox').execute();
  await server.db.deleteFrom('recording').execute();
  folder = await mkdtemp(join(await fastPlace(), 'homeline-jobs-'));
  spoolFolder = join(folder, 'spool');
  await mkdir(spoolFolder);
  storage = folderStorage(join(folder, 'kept'));
  lines = [];
});
afterEach(() => rm(folder, { recursive: true }));

const bench = (onStep?: (step: Step) => void) => ({
  db: server.db,
  storage,
  log,
  now: () => new Date(),
  ...(onStep && { onStep }),
});

let running: Jobs | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
/** `TEST_REDIS_URL=redis://… npx vitest run jobs` runs all of this on the other backend. */
const redisUrl = process.env.TEST_REDIS_URL;

async function start(change: Partial<JobsOptions> = {}): Promise<Jobs> {
  const quick = { relayEveryMs: 20, sweepEveryMs: 100, graceMs: 0, lockMs: 500, firstWaitMs: 20 };
  running = await startJobs({
    db: server.db,
    databaseUrl: server.url,
    storage,
    spoolFolder,
    log,
    ...(redisUrl !== undefined && { redisUrl }),
    ...quick,
    ...change,
  });
  return running;
}

/** A second of stereo sound, as a writer that was killed leaves it, or as a proper file. */
function wav(proper: boolean): Buffer {
  const sound = randomBytes(32_000);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(proper ? 32_036 : 0, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(proper ? 32_000 : 0, 40);
  return Buffer.concat([header, sound]);
}

interface Made {
  readonly id: string;
  readonly path: string;
  readonly bytes: Buffer;
}
/** A recording up to this point of its life. */
async function make(
  until: 'intended' | 'started' | 'closed' | 'finished',
  bytes = wav(until === 'finished'),
): Promise<Made> {
  const { db } = server;
  const id = randomUUID();
  const at = new Date();
  const path = join(spoolFolder, `${id}.wav`);
  await openCall(db, { id, facilityId: 'valley-view', node: 'n', callerLeg: { sipCallId: id }, offHookAt: at });
  await intendRecording(db, { id, callId: id, spoolPath: path, channels: 2, at });
  if (until === 'intended') return { id, path, bytes };
  await startedRecording(db, id, at);
  await writeFile(path, bytes);
  if (until === 'finished') await finishRecording(db, id, { ...(await hashFile(path)), seconds: 1, repaired: false });
  if (until !== 'started') await close(id);
  return { id, path, bytes };
}
const close = (id: string) =>
  closeCall(server.db, id, { disposition: 'answered', endedBy: 'system', cause: 'restart', states: {} });

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const reaches = (id: string, state: RecordingState) =>
  expect.poll(async () => (await findRecording(server.db, id))?.state, { timeout: 15_000, interval: 25 }).toBe(state);
const keptAt = async (id: string) => {
  const recording = await findRecording(server.db, id);
  return recording?.stored ? readFile(recording.stored.location) : undefined;
};

test('a recording is stored under its day and call', () => {
  const intendedAt = new Date(Date.UTC(2026, 4, 1, 23, 59));
  expect(keyOf({ id: 'r', callId: 'c', intendedAt })).toBe('2026/05/01/c/r.wav');
});

test('waits double up to five minutes', () => {
  expect([1, 2, 3, 9, 10, 50].map((attempt) => waitBefore(attempt, 1_000))).toEqual([
    1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
  ]);
});

test('a finished recording goes from the spool to storage and is removed only then', async () => {
  const { id, path, bytes } = await make('finished');
  const present: [Step, boolean][] = [];
  await start({ onStep: (step) => present.push([step, existsSync(path)]) });
  await reaches(id, 'stored');
  await expect.poll(() => existsSync(path)).toBe(false);
  expect(present.map(([step]) => step)).toEqual(['hand', 'handed', 'look', 'put', 'compare', 'mark', 'remove']);
  expect(present.every(([, there]) => there)).toBe(true);
  expect(await keptAt(id)).toEqual(bytes);
});

test('dying before any step and beginning again loses nothing and stores once', async () => {
  for (const death of ['look', 'put', 'compare', 'mark', 'remove'] as const) {
    const { id, path, bytes } = await make('finished');
    const dying = bench((step) => {
      if (step === death) throw new Error(`killed at ${death}`);
    });
    await expect(storeRecording(dying, id)).rejects.toThrow(`killed at ${death}`);
    expect(existsSync(path), death).toBe(true);
    const late = death === 'remove';
    expect(await storeRecording(bench(), id), death).toBe(late ? 'already-stored' : 'stored');
    expect(await keptAt(id)).toEqual(bytes);
    expect(existsSync(path), death).toBe(false);
    expect(await storeRecording(bench(), id)).toBe('already-stored');
  }
});

test('a recording that storage damages is not removed from the spool', async () => {
  const { id, path } = await make('finished');
  const damaging: Storage = { ...storage, verify: async () => 'different' };
  await expect(storeRecording({ ...bench(), storage: damaging }, id)).rejects.toMatchObject({ trouble: 'corrupt' });
  expect(existsSync(path)).toBe(true);
  expect((await findRecording(server.db, id))?.state).toBe('finished');
});

test('what was stored elsewhere before the configuration changed stays where it is', async () => {
  const { id, path, bytes } = await make('finished');
  await storeRecording(bench(), id);
  await writeFile(path, bytes);
  const elsewhere = folderStorage(join(folder, 'other'));
  expect(await storeRecording({ ...bench(), storage: elsewhere }, id)).toBe('already-stored');
  expect(existsSync(path)).toBe(true);
  expect(existsSync(join(folder, 'other'))).toBe(false);
});

test('a recording that is not finished, or not known, is left alone', async () => {
  const { id, path } = await make('started');
  expect(await storeRecording(bench(), id)).toBe('not-finished');
  expect(await storeRecording(bench(), randomUUID())).toBe('unknown');
  expect(existsSync(path)).toBe(true);
});

describe('the sweeper', () => {
  test('finishes what a killed process left: header put right, hashed, stored', async () => {
    const { id, bytes } = await make('closed');
    await start();
    await reaches(id, 'stored');
    const whole = Buffer.from(bytes);
    whole.writeUInt32LE(32_036, 4);
    whole.writeUInt32LE(32_000, 40);
    expect(await keptAt(id)).toEqual(whole);
    expect((await findRecording(server.db, id))?.finished).toMatchObject({
      sha256: sha256(whole),
      bytes: 32_044,
      seconds: 1,
      repaired: true,
    });
  });

  test('does not touch a recording whose call goes on, nor one within its grace, nor one that is still written', async () => {
    const { path: going, bytes } = await make('started');
    const { path: fresh } = await make('closed');
    const jobs = await start({ sweepEveryMs: 3_600_000, graceMs: 60_000 });
    const report = await jobs.sweep();
    expect(report).toMatchObject({ finished: 0, absent: 0, requeued: 0, failed: 0, orphans: [] });
    expect([existsSync(going), existsSync(fresh)]).toEqual([true, true]);
    expect(await readFile(going)).toEqual(bytes);

    // The call ended long ago, yet somebody writes.
    const later = new Date(Date.now() + 120_000);
    await jobs.stop();
    await utimes(fresh, later, later);
    const next = await start({
      sweepEveryMs: 3_600_000,
      graceMs: 60_000,
      now: () => new Date(later.getTime() + 1_000),
    });
    expect((await next.sweep()).finished).toBe(0);
  });

  test('a recording that was never made is told from one that was lost', async () => {
    const { id: never } = await make('intended');
    await close(never);
    const { id: lost, path } = await make('closed');
    await rm(path);
    const jobs = await start({ sweepEveryMs: 3_600_000 });
    await reaches(never, 'absent');
    await reaches(lost, 'absent');
    expect(said('nothing was recorded').map((line) => [line.level, line.facts.recording])).toEqual([['info', never]]);
    expect(said('recording lost').map((line) => [line.level, line.facts.recording])).toEqual([['error', lost]]);

    // And if the file turns up after all (a share that was away), it is kept.
    await writeFile(path, wav(true));
    await jobs.sweep();
    await reaches(lost, 'stored');
  });

  test('a file without a header is kept as it is', async () => {
    const { id, bytes } = await make('closed', Buffer.from('no header, perhaps sound'));
    await start();
    await reaches(id, 'stored');
    expect(await keptAt(id)).toEqual(bytes);
    expect((await findRecording(server.db, id))?.finished).toMatchObject({ seconds: 0, repaired: false });
    expect(said('no readable header')).toHaveLength(1);
  });

  test('files of nobody are reported and stay', async () => {
    const stray = join(spoolFolder, 'deep/stray.wav');
    await mkdir(join(spoolFolder, 'deep'));
    await writeFile(stray, 'x');
    const jobs = await start({ sweepEveryMs: 3_600_000 });
    expect((await jobs.sweep()).orphans).toEqual([stray]);
    expect(existsSync(stray)).toBe(true);
    expect((await jobs.dump()).lastSweep?.orphans).toEqual([stray]);
    expect((await jobs.dump()).spool?.freeBytes).toBeGreaterThan(0);
  });

  test('removes the spool file of a stored recording that outlived its storing', async () => {
    const { id, path, bytes } = await make('finished');
    await storeRecording(bench(), id);
    await writeFile(path, bytes);
    const jobs = await start({ sweepEveryMs: 3_600_000 });
    await jobs.sweep();
    expect(existsSync(path)).toBe(false);
  });

  test('puts a finished recording into the queue again when the queue has lost it', async () => {
    const { id } = await make('finished');
    await server.db.deleteFrom('outbox').execute();
    await start();
    await reaches(id, 'stored');
  });
});

describe('a bucket that comes and goes', () => {
  test('is tried again until the recording lies there whole', async () => {
    const store = await startS3StandIn();
    const bucket = s3Storage({ ...store, region: 'us-west-2', silenceMs: 250 });
    try {
      store.misbehave(
        'PUT',
        { kind: 'status', status: 500, code: 'InternalError' },
        { kind: 'silence' },
        { kind: 'cut', afterBytes: 100 },
        { kind: 'keep-half' },
        { kind: 'turn-bit' },
      );
      const { id, path, bytes } = await make('finished');
      await start({ storage: bucket });
      await reaches(id, 'stored');
      const recording = await findRecording(server.db, id);
      const key = recording ? keyOf(recording) : '';
      expect(recording?.stored).toMatchObject({ storage: 's3', location: `s3://recordings/${key}` });
      expect(store.objects.get(key)).toEqual(bytes);
      await expect.poll(() => existsSync(path)).toBe(false);
      expect(said('storing a recording failed').map((line) => line.facts.trouble)).toEqual([
        'unavailable',
        'unavailable',
        'unavailable',
        'corrupt',
        'corrupt',
      ]);
    } finally {
      await running?.stop();
      running = undefined;
      bucket.close();
      await store.close();
    }
  });
});

describe('after the database was killed', () => {
  test('relay, queue and worker go on by themselves', async () => {
    await start();
    const { id: first } = await make('finished');
    await reaches(first, 'stored');
    await server.crash();
    await expect.poll(() => said('relay failed').length).toBeGreaterThan(0);
    await server.revive();
    const { id: second } = await make('finished');
    await reaches(second, 'stored');
  });
});

describe('a jobs process killed with SIGKILL', () => {
  const program = new URL('testing/dying-jobs.ts', import.meta.url).pathname;

  test.each<Step>(['handed', 'compare', 'remove'])('at "%s" loses nothing', async (death) => {
    const { id, path, bytes } = await make('finished');
    const order = { databaseUrl: server.url, spoolFolder, kept: join(folder, 'kept'), death, redisUrl };
    const child = spawn(process.execPath, ['--import', 'tsx', program, JSON.stringify(order)], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    expect(signal).toBe('SIGKILL');
    expect(existsSync(path)).toBe(true);
    await start();
    await reaches(id, 'stored');
    await expect.poll(() => existsSync(path)).toBe(false);
    expect(await keptAt(id)).toEqual(bytes);
  });
});

test('stopping waits for the work that is going on', async () => {
  const { id } = await make('finished');
  let begun = () => {};
  const putting = new Promise<void>((resolve) => (begun = resolve));
  let proceed = () => {};
  const held = new Promise<void>((resolve) => (proceed = resolve));
  const slow: Storage = {
    ...storage,
    async put(file, signal) {
      begun();
      await held;
      return storage.put(file, signal);
    },
  };
  const jobs = await start({ storage: slow });
  await putting;
  const stopped = jobs.stop();
  running = undefined;
  proceed();
  await stopped;
  expect((await findRecording(server.db, id))?.state).toBe('stored');
});
