import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { callReport, closeCall, openCall } from './calls.ts';
import { openDatabase } from './connect.ts';
import { addToOutbox, handOver, pruneOutbox, type OutboxEntry } from './outbox.ts';
import {
  absentRecording,
  findRecording,
  finishRecording,
  intendRecording,
  openRecordings,
  recordingsAt,
  startedRecording,
  storedRecording,
} from './recordings.ts';
import { seedDemo } from './seed/demo.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';
import { brokenConstraint } from './unavailable.ts';

// A real server on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
const t = (second: number) => new Date(Date.UTC(2026, 4, 1, 12, 0, second));
const file = { sha256: 'b'.repeat(64), bytes: 32_044, seconds: 1, repaired: false, at: t(9) };
const place = { storage: 'folder', location: '/store/x.wav', verifiedAt: t(10) } as const;
beforeAll(async () => {
  server = await startTestDatabase();
  await seedDemo(server.db, { pinPepper: 'p', realm: 'r', now: t(0) });
});
beforeEach(async () => {
  await server.db.deleteFrom('outbox').execute();
  await server.db.deleteFrom('recording').execute();
});
afterAll(() => server.stop());

async function intend(node = 'n1'): Promise<string> {
  const id = randomUUID();
  await openCall(server.db, { id, facilityId: 'valley-view', node, callerLeg: { sipCallId: id }, offHookAt: t(0) });
  await intendRecording(server.db, { id, callId: id, spoolPath: `/spool/${id}.wav`, channels: 2, at: t(1) });
  return id;
}
const waiting = async (): Promise<OutboxEntry[]> => {
  const seen: OutboxEntry[] = [];
  await handOver(server.db, ['recording.finished', 'topic'], 100, async (entries) => void seen.push(...entries));
  return seen;
};

test('a recording from intent to storage, each step once', async () => {
  const { db } = server;
  const id = await intend();
  await intendRecording(db, { id, callId: id, spoolPath: `/spool/${id}.wav`, channels: 2, at: t(5) });
  expect(await findRecording(db, id)).toEqual({ id, callId: id, spoolPath: `/spool/${id}.wav`, channels: 2, state: 'intended', intendedAt: t(1) }); // prettier-ignore
  await startedRecording(db, id, t(2));
  await startedRecording(db, id, t(3));
  expect(await storedRecording(db, id, place)).toBe(false);
  expect(await finishRecording(db, id, file)).toBe(true);
  expect(await finishRecording(db, id, { ...file, seconds: 2 })).toBe(false);
  expect(await storedRecording(db, id, place)).toBe(true);
  expect(await storedRecording(db, id, { ...place, location: '/elsewhere' })).toBe(false);
  const { at, ...closed } = file;
  expect((await callReport(db, id))?.recording).toEqual({
    id,
    callId: id,
    spoolPath: `/spool/${id}.wav`,
    channels: 2,
    state: 'stored',
    intendedAt: t(1),
    startedAt: t(2),
    finished: { at, ...closed },
    stored: place,
  });
  expect((await waiting()).map(({ topic, payload }) => [topic, payload])).toEqual([
    ['recording.finished', { recordingId: id }],
  ]);
});

test('finishing and the work it brings are one transaction', async () => {
  const id = await intend();
  const work = server.db.transaction().execute(async (trx) => {
    await finishRecording(trx, id, file);
    throw new Error('rolled back');
  });
  await expect(work).rejects.toThrow('rolled back');
  expect((await findRecording(server.db, id))?.state).toBe('intended');
  expect(await waiting()).toEqual([]);
});

test('a file that turns up after it was given up is finished all the same', async () => {
  const id = await intend();
  expect(await absentRecording(server.db, id)).toBe(true);
  expect((await findRecording(server.db, id))?.state).toBe('absent');
  expect(await finishRecording(server.db, id, file)).toBe(true);
  expect(await absentRecording(server.db, id)).toBe(false);
});

test('recordings that are not stored are listed with the end of their call', async () => {
  const { db } = server;
  const [going, over, done, gone] = [await intend('n1'), await intend('n2'), await intend('n2'), await intend('n2')];
  const ending = { disposition: 'x', endedBy: 'system', cause: 'restart', states: { done: t(30) } } as const;
  await closeCall(db, over, ending);
  await finishRecording(db, done, file);
  await storedRecording(db, done, place);
  await absentRecording(db, gone);
  const seen = (await openRecordings(db)).map(({ id, callClosedAt }) => [id, callClosedAt]);
  expect(new Map(seen as [string, Date][])).toEqual(new Map([[going, undefined], [over, t(30)]])); // prettier-ignore
  expect((await openRecordings(db, { node: 'n1' })).map(({ id }) => id)).toEqual([going]);
  const known = await recordingsAt(db, [`/spool/${done}.wav`, '/spool/stray.wav']);
  expect([...known].map(([path, { id, state }]) => [path, id, state])).toEqual([
    [`/spool/${done}.wav`, done, 'stored'],
  ]);
  expect(await recordingsAt(db, [])).toEqual(new Map());
});

test('a state that its columns contradict is refused', async () => {
  const id = await intend();
  const forged = server.db.updateTable('recording').set({ state: 'stored' }).where('id', '=', id).execute();
  expect(await forged.catch(brokenConstraint)).toBe('state_is_so');
});

test('an entry is handed by one relay alone, and again when handing failed', async () => {
  const { db } = server;
  for (let n = 0; n < 50; n++) await addToOutbox(db, 'topic', { n });
  expect(await handOver(db, ['another'], 50, () => Promise.reject(new Error('not mine')))).toBe(0);
  await expect(handOver(db, ['topic'], 50, () => Promise.reject(new Error('queue is down')))).rejects.toThrow(
    'queue is down',
  );

  // Nobody waits for a relay that is slow to hand over: the next one takes the next entries.
  const other = await handOver(db, ['topic'], 1, async () => {
    const theirs: unknown[] = [];
    await handOver(db, ['topic'], 1, async (entries) => void theirs.push(entries[0]?.payload));
    expect(theirs).toEqual([{ n: 1 }]);
  });
  expect(other).toBe(1);
  for (const n of [0, 1]) await addToOutbox(db, 'topic', { n });

  const pools = Array.from({ length: 4 }, () => openDatabase(server.url, { max: 2, connectMs: 15_000 }));
  const seen: number[] = [];
  const relay = async (pool: (typeof pools)[number]) => {
    while (
      await handOver(
        pool,
        ['topic'],
        7,
        async (entries) => void seen.push(...entries.map((entry) => Number(entry.payload.n))),
      )
    );
  };
  await Promise.all(pools.map(relay));
  expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  await Promise.all(pools.map((pool) => pool.destroy()));

  await addToOutbox(db, 'topic', { n: 'fresh' });
  await pruneOutbox(db, new Date(Date.now() + 60_000));
  expect((await waiting()).map((entry) => entry.payload)).toEqual([{ n: 'fresh' }]);
});
