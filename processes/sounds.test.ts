import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Recording } from '#db/recordings.ts';
import { keyOf } from '#jobs/store-recording.ts';
import { writeWavHeader } from '#media/audio/wav-header.ts';
import { hashFile } from '#media/recordings/file.ts';
import { folderStorage } from '#media/recordings/folder-storage.ts';
import type { Storage } from '#media/recordings/storage.ts';
import { soundsOf } from './sounds.ts';

const at = new Date('2026-05-01T12:00:00Z');
let folder: string;
let storage: Storage;
let recording: Recording;
let whole: Buffer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-sounds-'));
  storage = folderStorage(join(folder, 'kept'));
  const spoolPath = join(folder, 'one.wav');
  const data = Buffer.from(Int16Array.from([0, 16_384, -16_384, 0]).buffer);
  whole = Buffer.concat([writeWavHeader({ channels: 2, rate: 8000, dataBytes: data.length }), data]);
  await writeFile(spoolPath, whole);
  const finished = { ...(await hashFile(spoolPath)), seconds: 2, repaired: false, at };
  recording = {
    id: randomUUID(),
    callId: randomUUID(),
    spoolPath,
    channels: 2,
    state: 'finished',
    intendedAt: at,
    finished,
  };
});
afterEach(() => rm(folder, { recursive: true }));

async function store(): Promise<Recording> {
  const { sha256, bytes } = await hashFile(recording.spoolPath);
  const location = await storage.put({ path: recording.spoolPath, key: keyOf(recording), sha256, bytes });
  await rm(recording.spoolPath);
  return { ...recording, state: 'stored', stored: { storage: 'folder', location, verifiedAt: at } };
}
const heard = async (of: Recording, from = 0, until = whole.length) => {
  const pieces: Uint8Array[] = [];
  for await (const piece of soundsOf(storage).of(of).read({ from, until })) pieces.push(piece);
  return Buffer.concat(pieces);
};

test('what is stored is heard from storage', async () => {
  const stored = await store();
  expect(soundsOf(storage).of(stored).bytes).toBe(whole.length);
  expect(await heard(stored)).toEqual(whole);
  expect(await heard(stored, 44, 46)).toEqual(whole.subarray(44, 46));
  expect(await soundsOf(storage).of(stored).peaks(2)).toEqual([
    [
      [0, 0],
      [50, 50],
    ],
    [
      [-50, -50],
      [0, 0],
    ],
  ]);
});

test('what is in the spool is heard from there', async () => {
  expect(await heard(recording)).toEqual(whole);
  expect(await heard(recording, 46, 50)).toEqual(whole.subarray(46, 50));
  expect(await soundsOf(storage).of(recording).peaks(1)).toEqual([
    [
      [-50, 0],
      [0, 50],
    ],
  ]);
  await rm(recording.spoolPath);
  await expect(heard(recording)).rejects.toMatchObject({ name: 'SoundAway' });
});

test('what is gone from storage, or lies in another, cannot be had', async () => {
  const stored = await store();
  const elsewhere = { ...stored, stored: { ...stored.stored!, location: '/elsewhere/x.wav' } };
  await expect(heard(elsewhere)).rejects.toMatchObject({ name: 'SoundAway' });
  await expect(soundsOf(storage).of(elsewhere).peaks(2)).rejects.toMatchObject({ name: 'SoundAway' });
  await storage.remove(keyOf(recording));
  await expect(heard(stored)).rejects.toMatchObject({ name: 'SoundAway' });
});

test('of a file that is no WAV there is no outline', async () => {
  await writeFile(recording.spoolPath, 'no sound at all'.padEnd(whole.length));
  expect(await soundsOf(storage).of(recording).peaks(10)).toEqual([]);
});
