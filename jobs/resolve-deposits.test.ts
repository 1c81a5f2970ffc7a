import { randomUUID } from 'node:crypto';
import { GatewayFault } from '#accounts/cards/gateway.ts';
import { depositByCard } from '#accounts/deposits/deposit-by-card.ts';
import { Bank } from '#accounts/testing/bank.ts';
import { openAccount } from '#db/accounts.ts';
import { findDeposit } from '#db/deposits.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { resolveDeposits } from './resolve-deposits.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('a deposit that the gateway will not answer for is an error in the log, and hinders no other', async () => {
  const { db } = server;
  const bank = new Bank();
  let at = new Date('2026-05-01T12:00:00Z');
  const now = () => at;
  const accountId = randomUUID();
  await openAccount(db, { id: accountId, numbers: [], at });
  const lost = async () => {
    bank.ways.push('cut-after');
    const card = { token: 'tok_1', brand: 'visa', lastFour: '4242' };
    const order = { key: randomUUID(), accountId, cents: 2_500, channel: 'web', card } as const;
    return (await depositByCard({ db, gateway: bank, now }, order)).depositId;
  };
  const [first, second] = [await lost(), await lost()];
  const gateway = {
    charge: () => Promise.reject(new Error('nothing is charged')),
    outcomeOf: async (key: string) =>
      key === first ? Promise.reject(new GatewayFault('credentials')) : bank.outcomeOf(key),
  };
  at = new Date(at.getTime() + 5 * 60_000);
  const logged: [string, object][] = [];
  const tell = (level: string) => (facts: object) => void logged.push([level, facts]);
  const log = { info: tell('info'), warn: tell('warn'), error: tell('error') };
  await resolveDeposits({ db, gateway, now }, { afterMs: 60_000, abandonMs: 600_000 }, log);
  expect((await findDeposit(db, first))?.state).toBe('intended');
  expect((await findDeposit(db, second))?.state).toBe('captured');
  expect(logged).toEqual([
    ['error', { deposit: first, err: expect.any(GatewayFault) as GatewayFault }],
    ['info', { captured: 1, declined: 0, abandoned: 0, open: 1 }],
  ]);
});
