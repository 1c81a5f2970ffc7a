import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findRecording } from '#db/recordings.ts';
import { expect, test } from 'vitest';
import { storeRecording } from './store-recording.ts';
import { sweep } from './sweep.ts';
import {
  bench,
  close,
  keptAt,
  make,
  reaches,
  said,
  server,
  sha256,
  spoolFolder,
  start,
  useSpool,
  wav,
} from './testing/spool.ts';

useSpool();

test('finishes what a killed process left: header put right, hashed, stored', async () => {
  const { id, bytes } = await make('closed');
  await start();
  await reaches(id, 'stored');
  const whole = Buffer.from(bytes);
  whole.writeUInt32LE(32_036, 4);
  whole.writeUInt32LE(32_000, 40);
  expect(await keptAt(id)).toBe(sha256(whole));
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
  expect(sha256(await readFile(going))).toBe(sha256(bytes));

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

test('leaves the file of a stored recording to whoever has just stored it, and removes it when that is long ago', async () => {
  const { id, path, bytes } = await make('finished');
  await storeRecording(bench(), id);
  await writeFile(path, bytes);
  // Nobody else is at work: whoever finds the recording in the queue removes the file, too.
  const round = (now: () => Date) => sweep({ ...bench(), now }, async () => false, { spoolFolder, graceMs: 60_000 });
  expect([(await round(() => new Date())).removed, existsSync(path)]).toEqual([0, true]);
  expect([(await round(() => new Date(Date.now() + 120_000))).removed, existsSync(path)]).toEqual([1, false]);
});

test('a recording that was never made is told from one that was lost', async () => {
  const { id: never } = await make('intended');
  await close(never);
  const { id: lost, path } = await make('closed');
  await rm(path);
  const first = await start({ sweepEveryMs: 3_600_000 });
  await reaches(never, 'absent');
  await reaches(lost, 'absent');
  // A sweep tells what it did after it is done: whoever has stopped has told all.
  await first.stop();
  expect(said('nothing was recorded').map((line) => [line.level, line.facts.recording])).toEqual([['info', never]]);
  expect(said('recording lost').map((line) => [line.level, line.facts.recording])).toEqual([['error', lost]]);

  // And if the file turns up after all (a share that was away), it is kept.
  await writeFile(path, wav(true));
  await start();
  await reaches(lost, 'stored');
});

test('a file without a header is kept as it is', async () => {
  const { id, bytes } = await make('closed', Buffer.from('no header, perhaps sound'));
  await start();
  await reaches(id, 'stored');
  expect(await keptAt(id)).toBe(sha256(bytes));
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
