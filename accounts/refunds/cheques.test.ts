import { randomUUID } from 'node:crypto';
import { chequeHistory, findCheques, type Cheque, type Payee } from '#db/cheques.ts';
import { openDatabase } from '#db/connect.ts';
import { trialBalance } from '#db/ledger.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { chequeBatchCsv } from './cheque-export.ts';
import { addressOf, claimForPrinting, markCashed, markMailed, markReturned } from './cheques.ts';
import { refundByAgent } from './refund-by-agent.ts';
import { House, payee } from './testing/house.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let house: House;
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(async () => {
  house = new House(server.db);
  // No cheque of another test is in this one's way.
  await claim(1_000);
});
afterAll(() => server.stop());

async function cheque(cents = 700): Promise<Cheque & { readonly accountId: string }> {
  const accountId = await house.account();
  await house.mailIn(accountId, 2_000);
  const order = { key: randomUUID(), accountId, cents, agentId: 'a1', reason: 'asked' };
  const result = await refundByAgent(server.db, house.deps(), order);
  const made = result.kind === 'given-back' ? result.givenBack.cheques[0] : undefined;
  if (!made) throw new Error('There is no cheque.');
  return { ...made, accountId };
}
const claim = (limit: number, batchId: string = randomUUID()) =>
  claimForPrinting(server.db, house.deps(), { batchId, limit, agentId: 'a1' });
let last = 1_000;
const freshChequeNumber = () => String(++last);
const act = ({ id }: Cheque) => ({ chequeId: id, agentId: 'a1' });
async function mailed(): Promise<{ made: Cheque; number: string }> {
  const made = await cheque();
  await claim(1);
  const number = freshChequeNumber();
  expect((await markMailed(server.db, house.deps(), { ...act(made), number })).kind).toBe('done');
  return { made, number };
}
async function moved(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await trialBalance(server.db);
  await work();
  const after = Object.entries(await trialBalance(server.db));
  const changes = after.map(([name, cents]) => [name, cents - before[name as keyof typeof before]] as const);
  return Object.fromEntries(changes.filter(([, cents]) => cents !== 0));
}

test('a cheque is claimed, mailed and cashed; each step once, with its posting', async () => {
  const made = await cheque();
  expect(made).toMatchObject({ state: 'queued', to: payee, due: { from: '2026-05-18', until: '2026-05-25' } });
  expect((await claim(10)).map(({ id, state }) => [id, state])).toEqual([[made.id, 'printing']]);
  const mail = { ...act(made), number: freshChequeNumber() };
  const onItsWay = async () => {
    for (let twice = 0; twice < 2; twice++) expect((await markMailed(server.db, house.deps(), mail)).kind).toBe('done');
  };
  expect(await moved(onItsWay)).toEqual({ 'refunds-payable': -700, 'cheque-clearing': 700 });
  const cash = async () => {
    for (let twice = 0; twice < 2; twice++)
      expect((await markCashed(server.db, house.deps(), act(made))).kind).toBe('done');
  };
  expect(await moved(cash)).toEqual({ 'cheque-clearing': -700, 'bank-clearing': 700 });
  const kinds = (await chequeHistory(server.db, made.id)).map(({ kind }) => kind);
  expect(kinds).toEqual(['queued', 'claimed', 'mailed', 'cashed']);
  expect((await house.news(made.accountId)).map(({ kind }) => kind)).toEqual(['cheque-mailed']);
});

test('one that came back is owed again, waits for an address, and is mailed under another number', async () => {
  const { made, number } = await mailed();
  const wrong = { ...act(made), number: freshChequeNumber() };
  expect((await markReturned(server.db, house.deps(), wrong)).kind).toBe('wrong-state');
  const back = () => markReturned(server.db, house.deps(), { ...act(made), number });
  expect(await moved(back)).toEqual({ 'cheque-clearing': -700, 'refunds-payable': 700 });
  expect((await back()).kind).toBe('wrong-state');
  expect(await claim(10)).toEqual([]);
  const moving: Payee = { payee: 'Maria Lopez', address: { ...payee.address, lines: ['9 New St'] } };
  await addressOf(server.db, house.deps(), { ...act(made), to: moving });
  expect(await claim(10)).toMatchObject([{ id: made.id, attempt: 2, to: moving }]);
  const again = { ...act(made), number: freshChequeNumber() };
  expect(await moved(() => markMailed(server.db, house.deps(), again))).toEqual({
    ...{ 'refunds-payable': -700, 'cheque-clearing': 700 },
  });
});

test('without an address a cheque waits, and is claimed when there is one', async () => {
  house.payee = undefined;
  const made = await cheque();
  expect(made.state).toBe('needs-address');
  expect(made.to).toBeUndefined();
  expect(await claim(10)).toEqual([]);
  expect((await findCheques(server.db, { state: 'needs-address' })).map(({ id }) => id)).toContain(made.id);
  expect(await addressOf(server.db, house.deps(), { ...act(made), to: payee })).toMatchObject({ kind: 'done' });
  expect(await claim(10)).toMatchObject([{ id: made.id, to: payee }]);
  expect((await addressOf(server.db, house.deps(), { ...act(made), to: payee })).kind).toBe('wrong-state');
});

test('two print runs at once take different cheques, and the same run again takes the same', async () => {
  const all = [];
  for (let n = 0; n < 8; n++) all.push((await cheque()).id);
  const pool = openDatabase(server.url, { max: 8, connectMs: 15_000, statementMs: 15_000 });
  const [one, two] = [randomUUID(), randomUUID()];
  const run = (batchId: string) => claimForPrinting(pool, house.deps(), { batchId, limit: 4, agentId: 'a1' });
  const runs = await Promise.all([run(one), run(two), run(one), run(two)]);
  await pool.destroy();
  const ids = runs.map((cheques) => cheques.map(({ id }) => id));
  expect(ids[2]).toEqual(ids[0]);
  expect(ids[3]).toEqual(ids[1]);
  const taken = [...(ids[0] ?? []), ...(ids[1] ?? [])];
  expect(new Set(taken).size).toBe(taken.length);
  // A run that met a row held by the other leaves it for the next.
  const rest = (await claim(10)).map(({ id }) => id);
  expect([...taken, ...rest].sort()).toEqual([...all].sort());
});

test('a print run that is asked for again takes nothing that was queued since', async () => {
  const first = await cheque();
  const run = randomUUID();
  await claim(5, run);
  const later = await cheque();
  expect((await claim(5, run)).map(({ id }) => id)).toEqual([first.id]);
  expect((await findCheques(server.db, { accountId: later.accountId }))[0]?.state).toBe('queued');
});

test('a print run takes the oldest first', async () => {
  const made = [await cheque(), await cheque(), await cheque()].map(({ id }) => id);
  expect((await claim(1)).map(({ id }) => id)).toEqual(made.slice(0, 1));
  expect((await claim(2)).map(({ id }) => id)).toEqual(made.slice(1));
});

test('a number is used once, and what is not printed is not mailed', async () => {
  const { number } = await mailed();
  const made = await cheque();
  const mail = { ...act(made), number: freshChequeNumber() };
  expect((await markMailed(server.db, house.deps(), mail)).kind).toBe('wrong-state');
  expect((await markCashed(server.db, house.deps(), act(made))).kind).toBe('wrong-state');
  await claim(1);
  expect(await markMailed(server.db, house.deps(), { ...mail, number })).toEqual({ kind: 'number-taken' });
  expect(await markCashed(server.db, house.deps(), { chequeId: '0', agentId: 'a1' })).toEqual({
    kind: 'unknown-cheque',
  });
});

test('the file for the printer has payee, amount and address, and no formula', async () => {
  house.payee = { payee: '=HYPERLINK("x")', address: { ...payee.address, city: 'San José, "Old"' } };
  await cheque(123_4);
  const [row] = parse<Record<string, string>>(chequeBatchCsv(await claim(1)), { columns: true });
  expect(row).toMatchObject({
    ...{ Payee: `'=HYPERLINK("x")`, Amount: '12.34', City: 'San José, "Old"', 'Postal code': '93650' },
    ...{ 'Address 1': '1 Main St', 'Address 2': 'Apt 2', 'Due by': '2026-05-25' },
  });
  house.payee = undefined;
  const unaddressed = await cheque();
  expect(() => chequeBatchCsv([unaddressed])).toThrow('has no address');
});
