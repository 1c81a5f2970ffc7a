import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { closeAccount, openAccount } from './accounts.ts';
import { openDatabase } from './connect.ts';
import { captureHold, expiredHolds, placeHold, releaseHold } from './holds.ts';
import { balanceOf, driftedHolders, findPosting, post, trialBalance, type PostingOrder } from './ledger.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
const at = new Date('2026-05-01T12:00:00Z');
const soon = new Date('2026-05-01T13:00:00Z');
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

async function account(cents = 0): Promise<string> {
  const id = randomUUID();
  await openAccount(server.db, { id, numbers: [], at });
  if (cents > 0) await post(server.db, deposit(id, cents));
  return id;
}
const deposit = (id: string, cents: number, key: string = randomUUID()): PostingOrder => ({
  key,
  kind: 'card-deposit',
  at,
  entries: [
    { ledger: { holder: id }, cents },
    { ledger: 'card-clearing', cents: -cents },
  ],
});
const charge = (id: string, cents: number, key: string = randomUUID()): PostingOrder => ({
  key,
  kind: 'usage',
  at,
  entries: [
    { ledger: { holder: id }, cents: -cents },
    { ledger: 'revenue', cents },
  ],
});
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: unknown) => (error as { code?: string; constraint_name?: string }).code ?? String(error),
  );

test('a posting moves the holder’s balance, tells before and after, and has a reference that can be read out', async () => {
  const id = await account(1_000);
  const posted = await post(server.db, charge(id, 250));
  expect(posted.balances[id]).toEqual({ before: 1_000, after: 750 });
  expect(posted.replayed).toBe(false);
  expect(posted.reference).toMatch(/^\d{10}$/);
  const digits = [...posted.reference].map(Number).reverse();
  const luhn = digits.reduce((sum, d, i) => sum + (i % 2 === 0 ? d : d * 2 > 9 ? d * 2 - 9 : d * 2), 0);
  expect(luhn % 10).toBe(0);
  expect(await findPosting(server.db, { reference: posted.reference })).toMatchObject({
    id: posted.id,
    kind: 'usage',
    at,
  });
});

test('a reference keeps every digit of a number that has grown', async () => {
  const of = async (number: string) =>
    (await sql<{ reference: string }>`select with_check_digit(${number}::bigint) as reference`.execute(server.db))
      .rows[0]?.reference;
  // 7992739871 and its check digit 3: the example of ISO/IEC 7812-1.
  expect(await of('7992739871')).toBe('79927398713');
  expect(await of('7')).toMatch(/^000000007\d$/);
});

test('the same key posts once and gives the same answer; for something else it is refused', async () => {
  const id = await account();
  const order = deposit(id, 500);
  const first = await post(server.db, order);
  await post(server.db, charge(id, 100));
  expect(await post(server.db, order)).toEqual({ ...first, replayed: true });
  expect(await refusal(post(server.db, deposit(id, 501, order.key)))).toBe('key-reused');
  expect((await balanceOf(server.db, id)).balanceCents).toBe(400);
});

test('nobody spends what they do not have, nor what is held', async () => {
  const id = await account(500);
  await placeHold(server.db, { key: randomUUID(), accountId: id, cents: 400, reason: 'call', at, expiresAt: soon });
  expect(await balanceOf(server.db, id)).toEqual({ balanceCents: 500, heldCents: 400, availableCents: 100 });
  expect(await refusal(post(server.db, charge(id, 101)))).toBe('insufficient-funds');
  expect(await refusal(post(server.db, charge(id, 100)))).toBe('taken');
  const another = { key: randomUUID(), accountId: id, cents: 1, reason: 'call', at, expiresAt: soon };
  expect(await refusal(placeHold(server.db, another))).toBe('insufficient-funds');
});

test('orders that do not add up, touch one account twice, or hold parts of a cent are refused before the database', async () => {
  const id = await account(500);
  const order = (entries: PostingOrder['entries']) => ({ key: randomUUID(), kind: 'x', at, entries });
  const holder = { holder: id };
  for (const entries of [
    [],
    [{ ledger: holder, cents: 5 }],
    [
      { ledger: holder, cents: 5 },
      { ledger: 'revenue', cents: -4 },
    ],
    [
      { ledger: holder, cents: 0.5 },
      { ledger: 'revenue', cents: -0.5 },
    ],
    [
      { ledger: holder, cents: 5 },
      { ledger: holder, cents: -5 },
    ],
    [
      { ledger: holder, cents: NaN },
      { ledger: 'revenue', cents: NaN },
    ],
  ] as PostingOrder['entries'][])
    expect(await refusal(post(server.db, order(entries)))).toBe('unbalanced');
});

test('an unknown account is refused, a closed one takes nothing in, but its money can leave', async () => {
  expect(await refusal(post(server.db, deposit('nobody', 5)))).toBe('unknown-account');
  const id = await account(500);
  await closeAccount(server.db, id, at);
  expect(await refusal(post(server.db, deposit(id, 5)))).toBe('account-closed');
  expect(await refusal(post(server.db, charge(id, 500)))).toBe('taken');
});

test('the database itself refuses what does not balance, and lets nobody change or add to what is posted', async () => {
  const { db } = server;
  const id = await account(500);
  const { id: posting } = await post(db, charge(id, 100));
  const revenue = await db
    .selectFrom('ledgerAccount')
    .select('id')
    .where('kind', '=', 'revenue')
    .executeTakeFirstOrThrow();
  const bare = () =>
    db
      .insertInto('posting')
      .values({ kind: 'x', at, idempotencyKey: randomUUID(), requestHash: 'a'.repeat(64), memo: '{}' })
      .returning('id');
  expect(await refusal(bare().execute())).toBe('HL002');
  const oneSided = db.transaction().execute(async (trx) => {
    const made = await trx
      .insertInto('posting')
      .values({ kind: 'x', at, idempotencyKey: randomUUID(), requestHash: 'a'.repeat(64), memo: '{}' })
      .returning('id')
      .executeTakeFirstOrThrow();
    await trx
      .insertInto('entry')
      .values([
        { postingId: made.id, seq: 0, ledgerAccountId: revenue.id, cents: '5', balanceAfterCents: null },
        { postingId: made.id, seq: 1, ledgerAccountId: revenue.id, cents: '-4', balanceAfterCents: null },
      ])
      .execute();
  });
  expect(await refusal(oneSided)).toBe('HL002');
  const joined = [
    { postingId: posting, seq: 8, ledgerAccountId: revenue.id, cents: '5', balanceAfterCents: null },
    { postingId: posting, seq: 9, ledgerAccountId: revenue.id, cents: '-5', balanceAfterCents: null },
  ];
  expect(await refusal(db.insertInto('entry').values(joined).execute())).toBe('HL000');
  for (const statement of [
    sql`update entry set cents = cents * 2`,
    sql`delete from entry`,
    sql`truncate entry`,
    sql`update posting set at = now()`,
    sql`delete from posting`,
    sql`truncate posting cascade`,
  ])
    expect(await refusal(statement.execute(db))).toBe('HL000');
});

test('a hold is captured once, for what was spent; the rest is free again', async () => {
  const id = await account(1_000);
  const holdKey = randomUUID();
  const place = { key: holdKey, accountId: id, cents: 600, reason: 'call', at, expiresAt: soon };
  const hold = await placeHold(server.db, place);
  expect(await placeHold(server.db, place)).toEqual(hold);
  expect(await refusal(placeHold(server.db, { ...place, cents: 601 }))).toBe('key-reused');
  const capture = { key: randomUUID(), accountId: id, holdKey, cents: 325, kind: 'usage', at };
  const first = await captureHold(server.db, capture);
  expect(first?.balances[id]).toEqual({ before: 1_000, after: 675 });
  expect(await captureHold(server.db, capture)).toMatchObject({ id: first?.id, replayed: true });
  await releaseHold(server.db, id, holdKey, at);
  expect(await balanceOf(server.db, id)).toEqual({ balanceCents: 675, heldCents: 0, availableCents: 675 });
});

test('a hold that nobody ended is found when it is over, and gives all back', async () => {
  const id = await account(1_000);
  const key = randomUUID();
  await placeHold(server.db, { key, accountId: id, cents: 600, reason: 'call 7', at, expiresAt: soon });
  const mine = async (when: Date) => (await expiredHolds(server.db, when)).filter((hold) => hold.accountId === id);
  expect(await mine(at)).toEqual([]);
  expect(await mine(soon)).toEqual([{ key, accountId: id, reason: 'call 7' }]);
  await releaseHold(server.db, id, key, soon);
  expect(await mine(soon)).toEqual([]);
  const late = { key: randomUUID(), accountId: id, holdKey: key, cents: 1, kind: 'usage', at };
  expect(await refusal(captureHold(server.db, late))).toBe('not-held');
  expect((await balanceOf(server.db, id)).availableCents).toBe(1_000);
});

test('a hold is given back to whom it is of, and to nobody else who names it', async () => {
  const [id, other] = [await account(1_000), await account(1_000)];
  const [key, theirs] = [randomUUID(), randomUUID()];
  await placeHold(server.db, { key, accountId: id, cents: 600, reason: 'call 8', at, expiresAt: soon });
  await placeHold(server.db, { key: theirs, accountId: other, cents: 700, reason: 'call 9', at, expiresAt: soon });
  await releaseHold(server.db, other, key, at);
  expect((await balanceOf(server.db, id)).heldCents).toBe(600);
  expect((await balanceOf(server.db, other)).heldCents).toBe(700);
});

test('a hundred spenders on sixteen connections spend what is there and not a cent more', async () => {
  const pools = Array.from({ length: 4 }, () =>
    openDatabase(server.url, { max: 4, connectMs: 15_000, statementMs: 15_000 }),
  );
  const id = await account(1_000);
  const other = await account(1_000);
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, n) => {
      const pool = pools[n % 4] ?? server.db;
      // Both ways round: they would wait for each other for ever if locks were taken in the order of the entries.
      const [from, to] = n % 2 === 0 ? [id, other] : [other, id];
      const move = { key: randomUUID(), kind: 'moved', at };
      const entries = [
        { ledger: { holder: from }, cents: -1 },
        { ledger: { holder: to }, cents: 1 },
      ];
      return n % 4 < 2 ? refusal(post(pool, { ...move, entries })) : refusal(post(pool, charge(id, 30)));
    }),
  );
  expect(outcomes.filter((outcome) => outcome !== 'taken' && outcome !== 'insufficient-funds')).toEqual([]);
  expect(outcomes.filter((outcome) => outcome === 'insufficient-funds').length).toBeGreaterThan(0);
  expect((await balanceOf(server.db, id)).balanceCents).toBeLessThan(30);
  expect((await balanceOf(server.db, id)).balanceCents).toBeGreaterThanOrEqual(0);
  await Promise.all(pools.map((pool) => pool.destroy()));
});

test('many connections with the same key post once', async () => {
  const id = await account();
  const order = deposit(id, 700);
  const pool = openDatabase(server.url, { max: 12, connectMs: 15_000, statementMs: 15_000 });
  const posted = await Promise.all(Array.from({ length: 24 }, () => post(pool, order)));
  expect(posted.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(new Set(posted.map(({ reference }) => reference)).size).toBe(1);
  expect((await balanceOf(server.db, id)).balanceCents).toBe(700);
  await pool.destroy();
});

test('a caller’s transaction that fails takes the posting with it', async () => {
  const id = await account(100);
  const failed = server.db.transaction().execute(async (trx) => {
    await post(trx, charge(id, 50));
    throw new Error('something else went wrong');
  });
  await expect(failed).rejects.toThrow('something else');
  expect((await balanceOf(server.db, id)).balanceCents).toBe(100);
});

test('whatever happens in whatever order, balances are what a child with a pencil gets', async () => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('in' as const), cents: fc.integer({ min: 1, max: 10_000 }) }),
    fc.record({ what: fc.constant('out' as const), cents: fc.integer({ min: 1, max: 10_000 }) }),
    fc.record({ what: fc.constant('hold' as const), cents: fc.integer({ min: 1, max: 10_000 }) }),
    fc.record({ what: fc.constant('capture' as const), cents: fc.integer({ min: 0, max: 12_000 }) }),
    fc.record({ what: fc.constant('release' as const), cents: fc.constant(0) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const id = await account();
      let balance = 0;
      const holds: { key: string; cents: number }[] = [];
      const held = () => holds.reduce((sum, hold) => sum + hold.cents, 0);
      for (const { what, cents } of steps) {
        const key = randomUUID();
        if (what === 'in') {
          await post(server.db, deposit(id, cents));
          balance += cents;
        } else if (what === 'out') {
          const fits = balance - held() >= cents;
          expect(await refusal(post(server.db, charge(id, cents)))).toBe(fits ? 'taken' : 'insufficient-funds');
          if (fits) balance -= cents;
        } else if (what === 'hold') {
          const fits = balance - held() >= cents;
          const hold = { key, accountId: id, cents, reason: 'r', at, expiresAt: soon };
          expect(await refusal(placeHold(server.db, hold))).toBe(fits ? 'taken' : 'insufficient-funds');
          if (fits) holds.push({ key, cents });
        } else {
          const [hold] = holds;
          if (!hold) continue;
          if (what === 'release') await releaseHold(server.db, id, hold.key, at);
          const rest = balance - (held() - hold.cents);
          const capture = { key, accountId: id, holdKey: hold.key, cents, kind: 'usage', at };
          if (what === 'capture') {
            expect(await refusal(captureHold(server.db, capture))).toBe(rest >= cents ? 'taken' : 'insufficient-funds');
            if (rest < cents) continue;
            balance -= cents;
          }
          holds.shift();
        }
        expect(await balanceOf(server.db, id)).toEqual({
          balanceCents: balance,
          heldCents: held(),
          availableCents: balance - held(),
        });
      }
    }),
    { numRuns: 25 },
  );
  expect(await driftedHolders(server.db)).toEqual([]);
  expect(Object.values(await trialBalance(server.db)).reduce((sum, cents) => sum + cents, 0)).toBe(0);
});
