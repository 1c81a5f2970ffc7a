import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findRecording } from '#db/recordings.ts';
import { s3Storage } from '#media/recordings/s3-storage.ts';
import type { Storage } from '#media/recordings/storage.ts';
import { startS3StandIn } from '#media/recordings/testing/s3-stand-in.ts';
import { programAt } from '#processes/program.ts';
import { describe, expect, test } from 'vitest';
import type { Step } from './steps.ts';
import { keyOf } from './store-recording.ts';
import { backendOptions } from './testing/backend.ts';
import {
  folder,
  keptAt,
  make,
  reaches,
  said,
  server,
  sha256,
  spoolFolder,
  start,
  stopRunning,
  storage,
  useSpool,
} from './testing/spool.ts';

useSpool();

test('a finished recording goes from the spool to storage and is removed only then', async () => {
  const { id, path, bytes } = await make('finished');
  const present: [Step, boolean][] = [];
  // Young for the sweeper, which would give it out a second time.
  await start({ graceMs: 60_000, onStep: (step) => present.push([step, existsSync(path)]) });
  await reaches(id, 'stored');
  await expect.poll(() => existsSync(path)).toBe(false);
  expect(present.map(([step]) => step)).toEqual(['hand', 'handed', 'look', 'put', 'compare', 'mark', 'remove']);
  expect(present.every(([, there]) => there)).toBe(true);
  expect(await keptAt(id)).toBe(sha256(bytes));
});

describe('a bucket that comes and goes', () => {
  test('is tried again until the recording lies there whole', async () => {
    const store = await startS3StandIn();
    const bucket = s3Storage({ ...store, region: 'us-west-2', silenceMs: 2_000 });
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
      // Tried by one worker at a time: neither the sweeper nor the queue gives it out again while the bucket is silent. The lock is no longer
      // than that takes: in Redis it is also for how long nobody after this test looks for what a process left.
      await start({ storage: bucket, graceMs: 60_000, lockMs: 5_000 });
      await reaches(id, 'stored');
      const recording = await findRecording(server.db, id);
      const key = recording ? keyOf(recording) : '';
      expect(recording?.stored).toMatchObject({ storage: 's3', location: `s3://recordings/${key}` });
      expect(sha256(store.objects.get(key) ?? Buffer.alloc(0))).toBe(sha256(bytes));
      await expect.poll(() => existsSync(path)).toBe(false);
      expect(said('storing a recording failed').map((line) => line.facts.trouble)).toEqual([
        'unavailable',
        'unavailable',
        'unavailable',
        'corrupt',
        'corrupt',
      ]);
    } finally {
      await stopRunning();
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
  const dying = join(import.meta.dirname, 'testing', 'dying-jobs.ts');

  test.each<Step>(['handed', 'compare', 'remove'])('at "%s" loses nothing', async (death) => {
    const { id, path, bytes } = await make('finished');
    const order = { databaseUrl: server.url, spoolFolder, kept: join(folder, 'kept'), death, ...backendOptions() };
    const program = await programAt(dying);
    const child = spawn(process.execPath, [...program.execArgv, program.path, JSON.stringify(order)], {
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    expect(signal).toBe('SIGKILL');
    expect(existsSync(path)).toBe(true);
    await start();
    await reaches(id, 'stored');
    await expect.poll(() => existsSync(path)).toBe(false);
    expect(await keptAt(id)).toBe(sha256(bytes));
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
  proceed();
  await stopped;
  expect((await findRecording(server.db, id))?.state).toBe('stored');
});
