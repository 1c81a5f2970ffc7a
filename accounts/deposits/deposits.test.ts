import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { closeAccount, openAccount } from '#db/accounts.ts';
import { cardRefundsOf } from '#db/card-refunds.ts';
import { openDatabase } from '#db/connect.ts';
import { saveAgent } from '#db/desk/agents.ts';
import { findDeposit } from '#db/deposits.ts';
import { balanceOf, findPosting, trialBalance } from '#db/ledger.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { GatewayFault } from '../cards/gateway.ts';
import { Bank, type Way } from '../testing/bank.ts';
import { depositByCard, type CardDeposit, type DepositDeps } from './deposit-by-card.ts';
import { resolveDeposits } from './resolve.ts';
import { settle } from './settle.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let bank: Bank;
let now: Date;
const deps = (): DepositDeps => ({ db: server.db, gateway: bank, now: () => now });
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());
beforeEach(() => {
  bank = new Bank();
  now = new Date('2026-05-01T12:00:00Z');
});

async function account(): Promise<string> {
  const id = randomUUID();
  await openAccount(server.db, { id, numbers: [], at: now });
  return id;
}
const card = { token: 'tok_1', brand: 'visa', lastFour: '4242' };
const order = (accountId: string, change: Partial<CardDeposit> = {}): CardDeposit => ({
  key: randomUUID(),
  accountId,
  cents: 2_500,
  channel: 'web',
  card,
  ...change,
});
const balance = async (id: string) => (await balanceOf(server.db, id)).balanceCents;
const minutes = (n: number) => (now = new Date(now.getTime() + n * 60_000));
const resolve = () => resolveDeposits(deps(), { afterMs: 60_000, abandonMs: 600_000 });
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

test('a captured charge is on the account, with a reference that leads to the card’s last four', async () => {
  const id = await account();
  const result = await depositByCard(deps(), order(id));
  expect(result).toMatchObject({ kind: 'captured', balanceCents: 2_500, afterClosing: false });
  const reference = result.kind === 'captured' ? result.reference : '';
  expect(await findPosting(server.db, { reference })).toMatchObject({
    kind: 'card-deposit',
    memo: { channel: 'web', brand: 'visa', lastFour: '4242' },
  });
});

test('a deposit that an agent took says who, in the books as well; by another agent it is another order', async () => {
  const known = { name: 'Ana', languages: ['es'], supervisor: false, active: true } as const;
  for (const [agentId, extension] of [
    ['ana', '201'],
    ['ben', '202'],
  ] as const)
    await saveAgent(server.db, { ...known, id: agentId, extension }, now);
  const asked = order(await account(), { channel: 'agent', agentId: 'ana' });
  const result = await depositByCard(deps(), asked);
  const reference = result.kind === 'captured' ? result.reference : '';
  expect(await findPosting(server.db, { reference })).toMatchObject({ memo: { channel: 'agent', agentId: 'ana' } });
  expect(await findDeposit(server.db, result.depositId)).toMatchObject({ channel: 'agent', agentId: 'ana' });
  expect(await refusal(depositByCard(deps(), { ...asked, agentId: 'ben' }))).toBe('key-reused');
});

test('the same order again is the same deposit, charged once; with other content it is refused', async () => {
  const id = await account();
  const asked = order(id);
  const first = await depositByCard(deps(), asked);
  expect(await depositByCard(deps(), asked)).toEqual(first);
  expect(await refusal(depositByCard(deps(), { ...asked, cents: 2_600 }))).toBe('key-reused');
  expect(bank.charges.size).toBe(1);
  expect(await balance(id)).toBe(2_500);
});

test('an order that was carried out before its account was closed is answered as it was, and charges nothing', async () => {
  const id = await account();
  const asked = order(id);
  const first = await depositByCard(deps(), asked);
  await closeAccount(server.db, id, now);
  expect(await depositByCard(deps(), asked)).toEqual(first);
  expect(bank.charges.size).toBe(1);
});

test('a declined card posts nothing, says why, and stays declined', async () => {
  const id = await account();
  bank.ways.push('declined');
  const asked = order(id);
  const declined = { kind: 'declined', reason: 'insufficient-funds' };
  expect(await depositByCard(deps(), asked)).toMatchObject(declined);
  expect(await depositByCard(deps(), asked)).toMatchObject(declined);
  expect(await balance(id)).toBe(0);
});

test.each<[string, Way, number]>([
  ['cut off after the money was taken', 'cut-after', 2_500],
  ['cut off before the gateway heard of it', 'cut-before', 0],
])('a charge that was %s is pending, and the gateway is asked, not charged again', async (_, way, cents) => {
  const id = await account();
  bank.ways.push(way);
  const asked = order(id);
  const pending = await depositByCard(deps(), asked);
  expect(pending.kind).toBe('pending');
  expect((await resolve()).open).toBe(0);
  minutes(2);
  bank.silent = true;
  expect(await resolve()).toMatchObject({ open: 1, captured: 0 });
  bank.silent = false;
  minutes(10);
  const resolved = await resolve();
  expect(resolved).toMatchObject(cents ? { captured: 1, abandoned: 0 } : { captured: 0, abandoned: 1 });
  expect(await balance(id)).toBe(cents);
  expect(bank.takenCents).toBe(cents);
  expect((await depositByCard(deps(), asked)).kind).toBe(cents ? 'captured' : 'declined');
});

test('one that the gateway knows nothing of may still be on its way: it is given up at its age, and not before', async () => {
  bank.ways.push('cut-before');
  const { depositId } = await depositByCard(deps(), order(await account()));
  const state = async () => (await findDeposit(server.db, depositId))?.state;
  minutes(10);
  now = new Date(now.getTime() - 1);
  expect(await resolve()).toMatchObject({ open: 1, abandoned: 0 });
  expect(await state()).toBe('intended');
  now = new Date(now.getTime() + 1);
  expect(await resolve()).toMatchObject({ open: 0, abandoned: 1 });
  expect(await state()).toBe('abandoned');
});

test('a process that dies after the charge leaves a deposit that another finishes', async () => {
  const id = await account();
  bank.ways.push('process-dies');
  const asked = order(id);
  await expect(depositByCard(deps(), asked)).rejects.toThrow();
  expect(await balance(id)).toBe(0);
  expect(await depositByCard(deps(), asked)).toMatchObject({ kind: 'captured', balanceCents: 2_500 });
  expect(bank.charges.size).toBe(1);
});

test('the gateway’s word arriving many times and at once is posted once, even after it was given up', async () => {
  const id = await account();
  bank.ways.push('cut-after');
  const { depositId } = await depositByCard(deps(), order(id));
  const pool = openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  await settle(deps(), depositId, { kind: 'abandoned' });
  const said = { kind: 'captured', gatewayId: `ch ${depositId}` } as const;
  const all = await Promise.all(Array.from({ length: 16 }, () => settle({ ...deps(), db: pool }, depositId, said)));
  expect(new Set(all.map((result) => JSON.stringify(result))).size).toBe(1);
  expect(await balance(id)).toBe(2_500);
  // What was taken is not un-taken by a late refusal.
  await settle(deps(), depositId, { kind: 'declined', reason: 'declined' });
  expect((await findDeposit(server.db, depositId))?.state).toBe('captured');
  await pool.destroy();
});

test('twenty at once with the same key are one charge', async () => {
  const id = await account();
  const asked = order(id);
  const pool = openDatabase(server.url, { max: 10, connectMs: 15_000, statementMs: 15_000 });
  const results = await Promise.all(Array.from({ length: 20 }, () => depositByCard({ ...deps(), db: pool }, asked)));
  expect(results.every(({ kind }) => kind === 'captured')).toBe(true);
  expect(bank.takenCents).toBe(2_500);
  expect(await balance(id)).toBe(2_500);
  await pool.destroy();
});

test('money that arrives for an account that was closed meanwhile goes straight back to its card', async () => {
  const id = await account();
  bank.ways.push('cut-after');
  const before = await trialBalance(server.db);
  const { depositId } = await depositByCard(deps(), order(id));
  await closeAccount(server.db, id, now);
  minutes(2);
  await resolve();
  await settle(deps(), depositId, { kind: 'captured', gatewayId: `ch ${depositId}` });
  expect(await balance(id)).toBe(0);
  const after = await trialBalance(server.db);
  expect(after['refunds-payable'] - before['refunds-payable']).toBe(2_500);
  const refund = { cause: 'after-closing', depositId, cents: 2_500, state: 'due', gatewayId: `ch ${depositId}` };
  expect(await cardRefundsOf(server.db, { accountId: id })).toEqual([expect.objectContaining(refund)]);
});

test('a deposit that the gateway will not be asked about hinders no other, and is told', async () => {
  const id = await account();
  bank.ways.push('cut-after', 'cut-after');
  const first = await depositByCard(deps(), order(id));
  const second = await depositByCard(deps(), order(id));
  minutes(2);
  const gateway = {
    charge: bank.charge.bind(bank),
    outcomeOf: async (key: string) => {
      if (key === first.depositId) throw new GatewayFault('wrong-request');
      return bank.outcomeOf(key);
    },
  };
  const resolved = await resolveDeposits({ ...deps(), gateway }, { afterMs: 60_000, abandonMs: 0 });
  expect(resolved).toMatchObject({ captured: 1, abandoned: 0, open: 1, faults: [{ depositId: first.depositId }] });
  expect((await findDeposit(server.db, second.depositId))?.state).toBe('captured');
  const broken = { ...gateway, outcomeOf: async () => Promise.reject(new Error('a defect')) };
  await expect(resolveDeposits({ ...deps(), gateway: broken }, { afterMs: 0, abandonMs: 0 })).rejects.toThrow(
    'a defect',
  );
  await resolve();
});

test('what is not a deposit is refused with a code, and neither charged nor written', async () => {
  const id = await account();
  const closed = await account();
  await closeAccount(server.db, closed, now);
  const refused: [Partial<CardDeposit>, string][] = [
    [{ cents: 199 }, 'below-minimum'],
    [{ cents: 10_001 }, 'above-maximum'],
    [{ cents: -500 }, 'negative'],
    [{ cents: 250.5 }, 'fraction-of-a-cent'],
    [{ cents: NaN }, 'not-an-amount'],
    [{ cents: 550, channel: 'autopay' }, 'not-whole-dollars'],
    [{ cents: 400, channel: 'textpay' }, 'below-minimum'],
    [{ accountId: 'nobody' }, 'unknown-account'],
    [{ accountId: closed }, 'account-closed'],
  ];
  for (const [change, code] of refused) expect(await refusal(depositByCard(deps(), order(id, change)))).toBe(code);
  expect(bank.charges.size).toBe(0);
  for (const cents of [200, 10_000]) expect(await refusal(depositByCard(deps(), order(id, { cents })))).toBe('taken');
});

test('what is written with the settlement is written exactly once, or not at all', async () => {
  const id = await account();
  const told: string[] = [];
  const withReceipt: DepositDeps = { ...deps(), onSettled: async (_trx, deposit) => void told.push(deposit.state) };
  const asked = order(id);
  await depositByCard(withReceipt, asked);
  await depositByCard(withReceipt, asked);
  expect(told).toEqual(['captured']);
  const failing: DepositDeps = {
    ...deps(),
    onSettled: async () => {
      throw new Error('no receipt');
    },
  };
  await expect(depositByCard(failing, order(id))).rejects.toThrow('no receipt');
  expect(await balance(id)).toBe(2_500);
});

test('the table takes no card number for a token, and the error does not have it either', async () => {
  const id = await account();
  const leaky = order(id, { card: { ...card, token: '4242424242424242' } });
  const error: unknown = await depositByCard(deps(), leaky).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: '23514' });
  expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('4242424242');
});
