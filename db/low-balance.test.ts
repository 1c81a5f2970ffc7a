import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { closeAccount, openAccount } from './accounts.ts';
import { openDatabase, type Database } from './connect.ts';
import {
  beginPlan,
  changePlan,
  countText,
  endPlan,
  fundingHistory,
  fundingPlan,
  type FundingTerms,
} from './funding.ts';
import { captureHold, placeHold } from './holds.ts';
import { balanceOf, driftedHolders, LedgerRefusal, post } from './ledger.ts';
import { LOW_BALANCE, lowBalancesOf, reachLowBalance, unservedLowBalances } from './low-balance.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: TestDatabase;
const at = new Date('2026-05-01T12:00:00Z');
const later = new Date('2026-05-02T12:00:00Z');
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const terms: FundingTerms = {
  mode: 'autopay',
  amountCents: 2_000,
  email: 'family@example.com',
  notices: 'e-mail',
  language: 'en',
  agreement: { version: '1', at },
};
const by = { kind: 'web', id: 'u1' } as const;

async function account(cents: number, chosen: FundingTerms | null = terms): Promise<string> {
  const id = randomUUID();
  await openAccount(server.db, { id, numbers: [], at });
  if (cents > 0) await move(id, cents);
  if (chosen) await server.db.transaction().execute((trx) => beginPlan(trx, id, chosen, by, at));
  return id;
}

/** Money in (positive) or spent (negative). */
const move = (holder: string, cents: number, db: Database = server.db) =>
  post(db, {
    key: randomUUID(),
    kind: cents > 0 ? 'deposit' : 'usage',
    at: later,
    entries: [
      { ledger: { holder }, cents },
      { ledger: cents > 0 ? 'card-clearing' : 'revenue', cents: -cents },
    ],
  });

/**
 * Connections of their own, with the patience of the test's first. All are taken before any is given back, so that nobody's wait begins while
 * the server still makes fifty of them: that is what a busy machine needs more than two seconds for.
 */
async function crowdOf(max: number): Promise<Database> {
  const crowd = openDatabase(server.url, { max, connectMs: 15_000, statementMs: 15_000 });
  await Promise.all(Array.from({ length: max }, () => sql`select 1`.execute(crowd)));
  return crowd;
}

/** Does `work` for 0 to `many` - 1, `lanes` of them at once: none waits for a connection when there are as many of those. */
async function inLanes<T>(lanes: number, many: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < many) done.push(await work(next++));
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}

const falls = async (id: string) => (await lowBalancesOf(server.db, id)).map(({ balanceCents }) => balanceCents);
const armed = async (id: string) => (await fundingPlan(server.db, id))?.armed;
async function given(id: string): Promise<number> {
  const { rows } = await sql<{ many: string }>`
    select count(*) as many from outbox join low_balance on low_balance.id::text = payload ->> 'lowBalanceId'
    where topic = ${LOW_BALANCE} and account_id = ${id}`.execute(server.db);
  return Number(rows[0]?.many);
}

test('a balance of $5.01 is not low, one of $5.00 is, and says which posting made it so', async () => {
  const id = await account(600);
  await move(id, -99);
  expect(await falls(id)).toEqual([]);
  const posting = await move(id, -1);
  expect(await lowBalancesOf(server.db, id)).toMatchObject([
    { accountId: id, postingId: posting.id, balanceCents: 500, at: later, state: 'waiting' },
  ]);
  expect(await given(id)).toBe(1);
  expect(await armed(id)).toBe(false);
});

test('a fall is noticed once however far it goes, and the next one after the balance was above $5.00', async () => {
  const id = await account(600);
  await move(id, -200);
  await move(id, -100);
  await move(id, 200); // exactly $5.00: not above
  await move(id, -100);
  expect(await falls(id)).toEqual([400]);
  await move(id, 101);
  expect(await armed(id)).toBe(true);
  await move(id, -1);
  expect(await falls(id)).toEqual([500, 400]);
  expect(await given(id)).toBe(2);
});

test('a balance that goes far above and comes back at once is noticed both times, at the highest threshold there is too', async () => {
  const id = await account(600);
  await move(id, -200);
  await move(id, 50_000);
  expect(await armed(id)).toBe(true);
  await move(id, -49_950);
  expect(await falls(id)).toEqual([450, 400]);
  const careful = await account(20_000);
  await sql`update funding_plan set threshold_cents = 10000 where account_id = ${careful}`.execute(server.db);
  await move(careful, -9_999);
  expect(await falls(careful)).toEqual([]);
  await move(careful, -1);
  expect(await falls(careful)).toEqual([10_000]);
  await move(careful, 1);
  expect(await armed(careful)).toBe(true);
});

test('it is part of the transaction of the posting: what is rolled back was no fall', async () => {
  const id = await account(600);
  const failed = server.db.transaction().execute(async (trx) => {
    await move(id, -300, trx);
    await sql`set constraints all immediate`.execute(trx);
    expect(await lowBalancesOf(trx, id)).toHaveLength(1);
    throw new Error('the call was never made');
  });
  await expect(failed).rejects.toThrow('never made');
  expect(await falls(id)).toEqual([]);
  expect(await armed(id)).toBe(true);
  expect(await given(id)).toBe(0);
});

test('a balance that is low only on the way through one transaction is not low', async () => {
  const id = await account(600);
  await server.db.transaction().execute(async (trx) => {
    await move(id, -500, trx);
    await move(id, 500, trx);
  });
  expect(await falls(id)).toEqual([]);
  await server.db.transaction().execute(async (trx) => {
    for (let step = 0; step < 5; step++) await move(id, -50, trx);
  });
  expect(await falls(id)).toEqual([350]);
});

test('money that comes in is never a fall', async () => {
  const id = await account(0);
  expect(await armed(id)).toBe(true);
  await move(id, 200);
  expect(await falls(id)).toEqual([]);
  await move(id, -1);
  expect(await falls(id)).toEqual([199]);
});

test('holds that are captured are postings like any other', async () => {
  const id = await account(600);
  const holdKey = randomUUID();
  await placeHold(server.db, { key: holdKey, accountId: id, cents: 300, reason: 'call', at, expiresAt: later });
  expect(await falls(id)).toEqual([]);
  await captureHold(server.db, { key: randomUUID(), accountId: id, holdKey, cents: 250, kind: 'usage', at });
  expect(await falls(id)).toEqual([350]);
});

test('who does not take part, or left, or closed the account, is left alone', async () => {
  const never = await account(600, null);

  const left = await account(600);
  const plan = await fundingPlan(server.db, left);
  if (!plan) throw new Error('no plan');
  await server.db.transaction().execute((trx) => endPlan(trx, plan, by, later));
  const closed = await account(600);
  await closeAccount(server.db, closed, later);
  for (const id of [never, left, closed]) {
    await move(id, -600);
    expect(await falls(id)).toEqual([]);
    expect(await fundingPlan(server.db, id)).toBeUndefined();
  }
  expect((await fundingHistory(server.db, closed)).map(({ kind, byKind }) => [kind, byKind])).toEqual([
    ['ended', 'closing'],
    ['enrolled', 'web'],
  ]);
});

test('leaving and closing drop what was still waiting', async () => {
  const left = await account(600);
  const closed = await account(600);
  for (const id of [left, closed]) await move(id, -200);
  const plan = await fundingPlan(server.db, left);
  if (!plan) throw new Error('no plan');
  await server.db.transaction().execute((trx) => endPlan(trx, plan, by, later));
  await closeAccount(server.db, closed, later);
  for (const id of [left, closed])
    expect(await lowBalancesOf(server.db, id)).toMatchObject([{ state: 'dropped', reason: 'plan-ended' }]);
});

test('an account may be closed and paid out while its balance falls: neither gives way to the other', async () => {
  const crowd = await crowdOf(20);
  try {
    const close = (id: string) =>
      crowd.transaction().execute(async (trx) => {
        await closeAccount(trx, id, later);
        await sql`select 1`.execute(trx);
        const { balanceCents } = await balanceOf(trx, id, { lock: true });
        await move(id, -balanceCents, trx);
      });
    // The money may be gone first; anything else fails the test.
    const spend = (id: string) =>
      move(id, -200, crowd).catch((error: unknown) => {
        if (!(error instanceof LedgerRefusal)) throw error;
      });
    for (let round = 0; round < 20; round++) {
      const ids = await Promise.all(Array.from({ length: 5 }, () => account(600)));
      await Promise.all(ids.flatMap((id) => [spend(id), close(id)]));
      for (const id of ids) {
        expect((await balanceOf(server.db, id)).balanceCents).toBe(0);
        for (const { state } of await lowBalancesOf(server.db, id)) expect(state).toBe('dropped');
      }
    }
  } finally {
    await crowd.destroy();
  }
});

test('what was low when the plan began is noticed when asked for, once', async () => {
  const id = await account(300);
  const reach = () => server.db.transaction().execute((trx) => reachLowBalance(trx, id, 300, later));
  expect(await reach()).toMatch(/^\d+$/);
  expect(await reach()).toBeUndefined();
  const [fall] = await lowBalancesOf(server.db, id);
  expect(fall).not.toHaveProperty('postingId');
  expect((await unservedLowBalances(server.db, new Date(later.getTime() + 1))).falls).toContain(fall?.id);
  expect((await unservedLowBalances(server.db, later)).falls).not.toContain(fall?.id);
});

test('50 connections spend at once, again and again: one fall for each time it went under, and none lost', async () => {
  const id = await account(0);
  const crowd = await crowdOf(50);
  try {
    for (let round = 1; round <= 6; round++) {
      await move(id, 5_500 - (await balanceOf(server.db, id)).balanceCents);
      const spent = await inLanes(50, 55, () => move(id, -100, crowd));
      const crossings = spent.filter(({ balances }) => {
        const side = balances[id];
        return side && side.before > 500 && side.after <= 500;
      });
      expect(crossings).toHaveLength(1);
      const fallen = await lowBalancesOf(server.db, id);
      expect(fallen).toHaveLength(round);
      expect(fallen[0]).toMatchObject({ postingId: crossings[0]?.id, balanceCents: 500 });
    }
    expect(await given(id)).toBe(6);
    expect(await driftedHolders(server.db)).toEqual([]);
  } finally {
    await crowd.destroy();
  }
});

test('50 connections pay in and spend around the threshold: a fall for every crossing downwards, told by the same posting', async () => {
  const id = await account(600);
  const crowd = await crowdOf(50);
  try {
    const moved: Awaited<ReturnType<typeof move>>[] = [];
    const bringTo = async (cents: number) => {
      const { balanceCents } = await balanceOf(server.db, id);
      if (balanceCents !== cents) moved.push(await move(id, cents - balanceCents));
    };
    const rounds = 6;
    for (let round = 0; round < rounds; round++) {
      await bringTo(600);
      const moves = await inLanes(50, 50, (step) =>
        move(id, step % 2 === 0 ? -150 : 150, crowd).catch((error: unknown) => {
          if (error instanceof LedgerRefusal && error.code === 'insufficient-funds') return undefined;
          throw error;
        }),
      );
      moved.push(...moves.flatMap((posting) => (posting ? [posting] : [])));
      // Whatever the order was: who is not low by now becomes so.
      await bringTo(300);
    }
    const crossings = moved.filter(({ balances }) => {
      const side = balances[id];
      return side && side.before > 500 && side.after <= 500;
    });
    expect(crossings.length).toBeGreaterThanOrEqual(rounds);
    const told = (await lowBalancesOf(server.db, id, 1_000)).map(({ postingId }) => postingId).sort();
    expect(told).toEqual(crossings.map((posting) => posting.id).sort());
    expect(await given(id)).toBe(crossings.length);
  } finally {
    await crowd.destroy();
  }
});

test('joining while money moves: served once, by the joining or by the posting', async () => {
  const crowd = await crowdOf(20);
  try {
    for (let round = 0; round < 20; round++) {
      const id = await account(600, null);
      const join = crowd.transaction().execute(async (trx) => {
        const { balanceCents } = await balanceOf(trx, id, { lock: true });
        await beginPlan(trx, id, terms, by, at);
        await reachLowBalance(trx, id, balanceCents, at);
      });
      await Promise.all([join, ...Array.from({ length: 4 }, () => move(id, -100, crowd))]);
      expect(await falls(id)).toHaveLength(1);
    }
  } finally {
    await crowd.destroy();
  }
});

test('what the tables refuse, whoever writes', async () => {
  const id = await account(0, null);
  const refusal = (change: Partial<FundingTerms>) =>
    server.db
      .transaction()
      .execute((trx) => beginPlan(trx, id, { ...terms, ...change }, by, at))
      .then(
        () => 'taken',
        (error: { constraint_name?: string }) => error.constraint_name,
      );
  for (const amountCents of [499, 550, 10_100]) expect(await refusal({ amountCents })).toMatch(/amount_cents/);
  for (const mobile of ['+528112345678', '+1213555014', '2135550142'])
    expect(await refusal({ mobile })).toBe('us_number_check');
  expect(await refusal({ mode: 'textpay' })).toBe('texts_need_mobile');
  expect(await refusal({ notices: 'both', mobile: '+12135550142', email: undefined })).toBe('mail_needs_address');
  expect(await refusal({})).toBe('taken');
  const rewrite = sql`update funding_change set amount_cents = 1 where account_id = ${id}`.execute(server.db);
  await expect(rewrite).rejects.toMatchObject({ constraint_name: 'history_immutable' });
});

test('history tells what the plan was after each change', async () => {
  const id = await account(0);
  const plan = await fundingPlan(server.db, id);
  if (!plan) throw new Error('no plan');
  const change = { by: { kind: 'agent', id: 'a7' }, at: later, resumes: true } as const;
  await server.db.transaction().execute((trx) => changePlan(trx, plan, { ...terms, amountCents: 5_000 }, change));
  expect((await fundingHistory(server.db, id)).map(({ kind, amountCents, byId }) => [kind, amountCents, byId])).toEqual(
    [
      ['changed', 5_000, 'a7'],
      ['enrolled', 2_000, 'u1'],
    ],
  );
});

test('five texts a month to a mobile, by the calendar of Los Angeles, whoever counts at once', async () => {
  const mobile = '+12135550177';
  const endOfMay = new Date('2026-06-01T06:59:59Z');
  const june = new Date('2026-06-01T07:00:00Z');
  const crowd = await crowdOf(10);
  try {
    const counted = await Promise.all(Array.from({ length: 10 }, () => countText(crowd, mobile, endOfMay)));
    expect(counted.filter(Boolean)).toHaveLength(5);
    expect(await countText(server.db, mobile, june)).toBe(true);
    expect(await countText(server.db, mobile, at)).toBe(false);
    expect(await countText(server.db, '+12135550178', at)).toBe(true);
  } finally {
    await crowd.destroy();
  }
});
