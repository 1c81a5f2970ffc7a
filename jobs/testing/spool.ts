import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
import type { Storage } from '#media/recordings/storage.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { startJobs, type Jobs, type JobsOptions } from '../start.ts';
import type { Log, Step } from '../steps.ts';
import { backendOptions, useBackend } from './backend.ts';
import { noMoney } from './no-money.ts';

export let server: TestDatabase;
export let folder: string;
export let spoolFolder: string;
export let messageFolder: string;
export let storage: Storage;
export let lines: { level: keyof Log; facts: Record<string, unknown>; message: string }[];
export const log = Object.fromEntries(
  (['info', 'warn', 'error'] as const).map((level) => [
    level,
    (facts: object, message: string) => void lines.push({ level, facts: { ...facts }, message }),
  ]),
) as unknown as Log;
export const said = (message: string) => lines.filter((line) => line.message.includes(message));

/** For one test file: a database of its own, and for each test an empty spool and storage. */
export function useSpool(): void {
  // A real server on a machine that may be busy.
  vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });
  useBackend();
  beforeAll(async () => {
    server = await startTestDatabase();
    await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: new Date() });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await server.db.deleteFrom('outbox').execute();
    await server.db.deleteFrom('repeatingJob').execute();
    await server.db.deleteFrom('recording').execute();
    folder = await mkdtemp(join(await fastPlace(), 'homeline-jobs-'));
    spoolFolder = join(folder, 'spool');
    messageFolder = join(folder, 'messages');
    for (const one of [spoolFolder, messageFolder]) await mkdir(one);
    storage = folderStorage(join(folder, 'kept'));
    lines = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  afterEach(stopRunning);
}

export const bench = (onStep?: (step: Step) => void) => ({
  db: server.db,
  storage,
  log,
  now: () => new Date(),
  ...(onStep && { onStep }),
});

let running: Jobs | undefined;
export async function stopRunning(): Promise<void> {
  await running?.stop();
  running = undefined;
}

export async function start(change: Partial<JobsOptions> = {}): Promise<Jobs> {
  const quick = { relayEveryMs: 20, sweepEveryMs: 100, graceMs: 0, lockMs: 500, firstWaitMs: 20 };
  running = await startJobs({
    db: server.db,
    databaseUrl: server.url,
    storage,
    spoolFolder,
    messageFolder,
    ...noMoney(server.db),
    log,
    ...backendOptions(),
    ...quick,
    ...change,
  });
  return running;
}

/** A second of stereo sound, as a writer that was killed leaves it, or as a proper file. */
export function wav(proper: boolean): Buffer {
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
export async function make(
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
export const close = (id: string) =>
  closeCall(server.db, id, { disposition: 'answered', endedBy: 'system', cause: 'restart', states: {} });

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
export const reaches = (id: string, state: RecordingState) =>
  expect.poll(async () => (await findRecording(server.db, id))?.state, { timeout: 15_000, interval: 25 }).toBe(state);
export const keptAt = async (id: string) => {
  const recording = await findRecording(server.db, id);
  return recording?.stored ? sha256(await readFile(recording.stored.location)) : undefined;
};
