import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findRecording } from '#db/recordings.ts';
import { folderStorage } from '#media/recordings/folder-storage.ts';
import type { Storage } from '#media/recordings/storage.ts';
import { expect, test } from 'vitest';
import { waitBefore } from './topic.ts';
import { keyOf, storeRecording } from './store-recording.ts';
import { bench, folder, keptAt, make, server, sha256, storage, useSpool } from './testing/spool.ts';

useSpool();

test('a recording is stored under its day and call', () => {
  const intendedAt = new Date(Date.UTC(2026, 4, 1, 23, 59));
  expect(keyOf({ id: 'r', callId: 'c', intendedAt })).toBe('2026/05/01/c/r.wav');
});

test('waits double up to five minutes', () => {
  expect([1, 2, 3, 9, 10, 50].map((attempt) => waitBefore(attempt, { firstMs: 1_000, longestMs: 300_000 }))).toEqual([
    1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
  ]);
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
    expect(await keptAt(id)).toBe(sha256(bytes));
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
