import { House } from '#accounts/refunds/testing/house.ts';
import { addContradiction, decideContradiction } from '#db/deposit-contradictions.ts';
import { addToOutbox } from '#db/outbox.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { meterOf, observeContradictions, observeOutbox } from './jobs-metrics.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const lines = async (metrics: Registry) =>
  (await metrics.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('work is counted by topic and how it ended', async () => {
  const metrics = new Registry();
  const meter = meterOf(metrics);
  for (const end of ['done', 'done', 'failed', 'later'] as const) meter.worked('low-balance', end);
  expect(await lines(metrics)).toEqual([
    'homeline_jobs_total{topic="low-balance",end="done"} 2',
    'homeline_jobs_total{topic="low-balance",end="failed"} 1',
    'homeline_jobs_total{topic="low-balance",end="later"} 1',
  ]);
});

test('what waits in the outbox is shown with its age, a topic that nobody takes too', async () => {
  const { db } = server;
  const metrics = new Registry();
  const at = new Date('2026-05-01T12:00:00Z');
  observeOutbox(metrics, db, ['low-balance', 'text-pay'], () => at);
  for (const topic of ['low-balance', 'low-balance', 'unheard-of']) await addToOutbox(db, topic, {});
  const back = (seconds: number) => new Date(at.getTime() - seconds * 1_000);
  await db
    .updateTable('outbox')
    .set({ createdAt: back(90) })
    .where('topic', '=', 'low-balance')
    .execute();
  await db
    .updateTable('outbox')
    .set({ createdAt: back(7) })
    .where('topic', '=', 'unheard-of')
    .execute();
  expect(await lines(metrics)).toEqual([
    'homeline_outbox_entries{topic="low-balance",taken="yes"} 2',
    'homeline_outbox_entries{topic="text-pay",taken="yes"} 0',
    'homeline_outbox_entries{topic="unheard-of",taken="no"} 1',
    'homeline_outbox_oldest_seconds{topic="low-balance",taken="yes"} 90',
    'homeline_outbox_oldest_seconds{topic="text-pay",taken="yes"} 0',
    'homeline_outbox_oldest_seconds{topic="unheard-of",taken="no"} 7',
  ]);
  // What has been handed, or taken away, is no longer shown.
  await db.deleteFrom('outbox').execute();
  expect((await lines(metrics)).filter((line) => !line.endsWith(' 0'))).toEqual([]);
  expect(await lines(metrics)).toHaveLength(4);
});

test('deposits of which the gateway says otherwise are counted until an agent has looked at each', async () => {
  const { db } = server;
  const metrics = new Registry();
  observeContradictions(metrics, db);
  expect(await lines(metrics)).toEqual(['homeline_deposit_contradictions 0']);
  const house = new House(db);
  const accountId = await house.account();
  const [one, other] = [await house.pay(accountId, 2_000), await house.pay(accountId, 3_000)];
  for (const depositId of [one, other, one])
    await addContradiction(db, { depositId, ours: 'captured', theirs: 'absent', at: house.at });
  expect(await lines(metrics)).toEqual(['homeline_deposit_contradictions 2']);
  await decideContradiction(db, one, { kind: 'looked-at', byId: 'a1', reason: 'it was taken', at: house.at });
  expect(await lines(metrics)).toEqual(['homeline_deposit_contradictions 1']);
});
