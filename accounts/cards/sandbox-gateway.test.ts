import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { sql } from 'kysely';
import { openAccount } from '#db/accounts.ts';
import { openDatabase } from '#db/connect.ts';
import { trialBalance } from '#db/ledger.ts';
import { sandboxTakings } from '#db/sandbox-gateway.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { depositByCard } from '../deposits/deposit-by-card.ts';
import { resolveDeposits } from '../deposits/resolve.ts';
import type { CardDetails } from './card-details.ts';
import { SandboxGateway } from './sandbox-gateway.ts';
import { Secret } from './secret.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let gateway: SandboxGateway;
const now = new Date('2026-05-01T12:00:00Z');
beforeAll(async () => {
  server = await startTestDatabase();
  gateway = new SandboxGateway({ db: server.db, webhookSecret: 'whsec', now: () => now });
});
afterAll(() => server.stop());

const details = (number: string): CardDetails => ({
  number: new Secret(number),
  cvv: new Secret('737'),
  expiryMonth: 12,
  expiryYear: 2030,
  postalCode: '95814',
});
async function tokenOf(number: string): Promise<string> {
  const outcome = await gateway.tokenise(details(number));
  if (outcome.kind !== 'token') throw new Error(outcome.reason);
  return outcome.token;
}
const order = (token: string, key: string = randomUUID(), cents = 2_500) =>
  ({ key, token, cents, currency: 'USD', reference: key }) as const;

test('no text is made of the digits of a card: it would stay in memory until something is written over it', async () => {
  class Silent extends Secret {
    override reveal(): string {
      throw new Error('a text was made of it');
    }
  }
  const silent = {
    ...details('4000000000009995'),
    number: new Silent('4000000000009995'),
    cvv: new Silent('737'),
  };
  const taken = await gateway.tokenise(silent);
  expect(taken).toMatchObject({ kind: 'token', brand: 'visa', lastFour: '9995', funding: 'credit' });
  const token = taken.kind === 'token' ? taken.token : '';
  expect(await gateway.charge({ ...order(token), cvv: silent.cvv })).toMatchObject({ reason: 'insufficient-funds' });
});

test('any number of charges with one key at once are one charge', async () => {
  const before = await sandboxTakings(server.db);
  const token = await tokenOf('4242424242424242');
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => gateway.charge(order(token, 'same key'))));
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  const after = await sandboxTakings(server.db);
  expect(after.capturedCents - before.capturedCents).toBe(2_500);
});

test('refunds at once, each of its own key, never give back more than the charge', async () => {
  const charged = await gateway.charge(order(await tokenOf('4242424242424242'), randomUUID(), 1_000));
  const gatewayId = charged.kind === 'captured' ? charged.gatewayId : '';
  const refunds = Array.from({ length: 9 }, () => gateway.refund({ key: randomUUID(), gatewayId, cents: 300 }));
  const kinds = (await Promise.all(refunds)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'refunded')).toHaveLength(3);
  const past = sql`update sandbox_charge set refunded_cents = 1001 where id = ${gatewayId}`.execute(server.db);
  await expect(past).rejects.toMatchObject({ constraint_name: 'sandbox_refunded_at_most' });
});

test('what the gateway took is what our ledger has on card-clearing, answers lost on the way or not', async () => {
  const before = await sandboxTakings(server.db);
  const accountId = randomUUID();
  await openAccount(server.db, { id: accountId, numbers: [], at: now });
  let clock = now;
  const deps = { db: server.db, gateway, now: () => clock };
  const numbers = ['4242424242424242', '4000000000009995', '4000000000006009', '4000000000007007', '5105105105105100'];
  for (const number of numbers) {
    const card = { token: await tokenOf(number), brand: 'visa', lastFour: number.slice(-4) };
    await depositByCard(deps, { key: randomUUID(), accountId, cents: 2_500, channel: 'web', card });
  }
  clock = new Date(now.getTime() + 3_600_000);
  const resolved = await resolveDeposits(deps, { afterMs: 60_000, abandonMs: 600_000 });
  expect(resolved).toEqual({ captured: 1, declined: 0, abandoned: 1, open: 0, faults: [] });
  const after = await sandboxTakings(server.db);
  expect(after.netCents - before.netCents).toBe(7_500);
  expect((await trialBalance(server.db))['card-clearing']).toBe(-7_500);
});

test('what the gateway did stays done when our transaction is rolled back, and it takes no transaction of ours', async () => {
  const token = await tokenOf('4242424242424242');
  const failing = server.db.transaction().execute(async (trx) => {
    expect(() => new SandboxGateway({ db: trx, webhookSecret: 'whsec', now: () => now })).toThrow('outside');
    await gateway.charge(order(token, 'rolled back'));
    throw new Error('ours');
  });
  await expect(failing).rejects.toThrow('ours');
  expect(await gateway.outcomeOf('rolled back')).toMatchObject({ kind: 'captured' });
});

test('a gateway that cannot be reached knows nothing, and throws nothing', async () => {
  const db = openDatabase('postgres://nobody@127.0.0.1:1/nothing', { connectMs: 200 });
  const away = new SandboxGateway({ db, webhookSecret: 'whsec', now: () => now });
  expect(await away.tokenise(details('4242424242424242'))).toEqual({ kind: 'refused', reason: 'gateway-unavailable' });
  expect(await away.charge(order('tok_aaaaaaaaaaaaaaaaaaaaaaaa'))).toEqual({ kind: 'unknown' });
  expect(await away.outcomeOf('any')).toEqual({ kind: 'unknown' });
  expect(await away.refund({ key: 'any', gatewayId: 'ch_any', cents: 1 })).toEqual({ kind: 'unknown' });
  expect(await away.refundOutcomeOf('any')).toEqual({ kind: 'unknown' });
  await db.destroy();
});

test('no row of any table of the gateway has the number or the CVV, and no token twice', async () => {
  const tokens = new Set<string>();
  for (let n = 0; n < 20; n++) tokens.add(await tokenOf('4242424242424242'));
  expect(tokens.size).toBe(20);
  const cvv = new Secret('737');
  await gateway.charge({ ...order([...tokens][0] ?? ''), cvv });
  const { rows } = await sql`select to_jsonb(c) as row from sandbox_card c union all select to_jsonb(h) from sandbox_charge h`.execute(server.db); // prettier-ignore
  const seen = JSON.stringify(rows) + inspect(gateway, { depth: 9, showHidden: true });
  expect(seen).not.toMatch(/424242424242|"737"/);
  const number = sql`update sandbox_card set last_four = '4242424242424242'`.execute(server.db);
  await expect(number).rejects.toMatchObject({ code: '23514' });
});
