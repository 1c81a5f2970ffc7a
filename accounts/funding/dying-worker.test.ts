import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { lowBalancesOf } from '#db/low-balance.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { programAt } from '#processes/program.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { joinFunding } from './enrolment.ts';
import { Counter, choice } from './testing/counter.ts';
import { openTableGateway, recordOf } from './testing/table-gateway.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  await openTableGateway(server.db);
});
afterAll(() => server.stop());

/** Serves in a process of its own, and tells how that ended. */
async function serve(lowBalanceId: string, death: string): Promise<string> {
  const { execArgv, path } = await programAt(join(import.meta.dirname, 'testing', 'dying-worker.ts'));
  const order = JSON.stringify({ url: server.url, lowBalanceId, death });
  const child = spawn(process.execPath, [...execArgv, path, order], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += String(bytes)));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return signal ?? (code === 0 ? said : `exit ${code}`);
}

test('a worker killed at every step, each time by SIGKILL, and begun again: one charge in the gateway’s own record', async () => {
  const counter = new Counter(server.db);
  const accountId = await counter.account(600);
  const request = { accountId, by: { kind: 'web' }, key: randomUUID(), choice: choice() } as const;
  await joinFunding(server.db, counter.deps(), request);
  await counter.move(accountId, -200);
  const [low] = await lowBalancesOf(server.db, accountId);
  const id = low?.id ?? '';

  for (const death of ['look', 'begun', 'charge', 'charged', 'deposited', 'settled'])
    expect([death, await serve(id, death)]).toEqual([death, 'SIGKILL']);
  expect(await serve(id, 'never')).toBe('served-before');

  // Once it had charged it was asked, not charged again.
  expect(await recordOf(server.db)).toEqual({ charges: [2_000], requests: 1 });
  expect(await counter.balance(accountId)).toBe(2_400);
  expect(await counter.news(accountId)).toEqual(['joined', 'autopay-paid']);
});
