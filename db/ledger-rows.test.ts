import { randomUUID } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { closeAccount, openAccount } from './accounts.ts';
import { openDatabase, type Database } from './connect.ts';
import { post } from './ledger.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

/* What the database itself holds to, whoever writes: rows written past ledger_post. */

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let db: Database;
const at = new Date('2026-05-01T12:00:00Z');
beforeAll(async () => {
  server = await startTestDatabase();
  db = server.db;
});
afterAll(() => server.stop());

async function holder(cents = 0, id: string = randomUUID()): Promise<string> {
  await openAccount(db, { id, numbers: [], at });
  if (cents > 0) await post(db, order([{ holder: id }, cents], ['card-clearing', -cents]));
  return id;
}
type Line = readonly ['card-clearing' | 'revenue' | { readonly holder: string }, number];
const order = (...lines: readonly Line[]) => ({
  key: randomUUID(),
  kind: 'test',
  at,
  entries: lines.map(([ledger, cents]) => ({ ledger, cents })),
});
const broken = (work: Promise<unknown>) =>
  work.then(
    () => 'taken',
    (error: { code?: string; constraint_name?: string }) => error.constraint_name ?? error.code ?? 'unknown',
  );
const row = (
  change: Partial<Record<'kind' | 'currency' | 'idempotencyKey' | 'requestHash' | 'memo', string>> = {},
) => ({
  ...{ kind: 'test', currency: 'USD', idempotencyKey: randomUUID(), requestHash: '0f'.repeat(32), memo: '{}', at },
  ...change,
});
/** A posting, and what `write` adds to it in the same transaction. */
const written = (write: (trx: Database, id: string) => Promise<unknown>, change: Parameters<typeof row>[0] = {}) =>
  broken(
    db.transaction().execute(async (trx) => {
      const query = trx.insertInto('posting').values(row(change)).returning('id');
      await write(trx, (await query.executeTakeFirstOrThrow()).id);
    }),
  );
const ledgerOf = (kind: string) => sql`(select id from ledger_account where kind = ${kind} and account_id is null)`;
/** `entries`: number and cents of each. */
const enter = (
  trx: Database,
  posting: string,
  entries: readonly (readonly [number, number])[],
  ledger = ledgerOf('revenue'),
) =>
  sql`insert into entry (posting_id, seq, ledger_account_id, cents)
    values ${sql.join(entries.map(([seq, cents]) => sql`(${posting}::bigint, ${seq}::int, ${ledger}, ${cents}::bigint)`))}`.execute(
    trx,
  );
const balanced = [
  [0, 5],
  [1, -5],
] as const;

test('a posting with its entries is taken from anybody who writes it as it should be', async () => {
  expect(await written((trx, id) => enter(trx, id, balanced))).toBe('taken');
  const longest = { kind: `a${'-'.repeat(63)}` };
  expect(await written((trx, id) => enter(trx, id, balanced), longest)).toBe('taken');
});

test.each([
  [{ kind: '' }, 'posting_kind_check'],
  [{ kind: 'Deposit' }, 'posting_kind_check'],
  [{ kind: '-deposit' }, 'posting_kind_check'],
  [{ kind: 'deposit\n' }, 'posting_kind_check'],
  [{ kind: 'a'.repeat(65) }, 'posting_kind_check'],
  [{ idempotencyKey: '' }, 'idempotency_key_check'],
  [{ memo: '[]' }, 'posting_memo_check'],
  [{ memo: 'null' }, 'posting_memo_check'],
  [{ requestHash: '0f'.repeat(31) }, 'sha256_check'],
  [{ requestHash: '0f'.repeat(33) }, 'sha256_check'],
  [{ requestHash: '0F'.repeat(32) }, 'sha256_check'],
  [{ requestHash: `${'0'.repeat(63)}\n` }, 'sha256_check'],
  [{ currency: 'usd' }, 'currency_check'],
  [{ currency: 'US' }, 'currency_check'],
  [{ currency: 'USDX' }, 'currency_check'],
])('a posting of %j is none: %s', async (change, constraint) => {
  expect(await written((trx, id) => enter(trx, id, balanced), change)).toBe(constraint);
});

test.each([
  [
    'of 0 cents',
    [
      [0, 0],
      [1, 5],
      [2, -5],
    ],
    'entry_cents_check',
  ],
  [
    'with a number below 0',
    [
      [-1, 5],
      [0, -5],
    ],
    'entry_seq_check',
  ],
  [
    'that do not add up',
    [
      [0, 5],
      [1, -4],
    ],
    'posting_balanced',
  ],
  [
    'that begin with another than the first',
    [
      [1, 5],
      [2, -5],
    ],
    'ledger_immutable',
  ],
] as const)('entries %s are refused', async (_, entries, constraint) => {
  expect(await written((trx, id) => enter(trx, id, entries))).toBe(constraint);
});

test('one entry alone, which cannot add up, and entries of accounts that are not there are refused', async () => {
  expect(await written((trx, id) => enter(trx, id, [[0, 5]]))).toBe('posting_balanced');
  expect(await written((trx, id) => enter(trx, id, balanced, sql`999999999`))).toBe('posting_balanced');
});

test('entries come in one statement: later ones are refused, balanced or not, in the same transaction too', async () => {
  const twice = (second: readonly (readonly [number, number])[]) =>
    written(async (trx, id) => {
      await enter(trx, id, balanced);
      await enter(trx, id, second);
    });
  expect(await twice([[2, 5], [3, -5]])).toBe('ledger_immutable'); // prettier-ignore
  expect(await twice(balanced)).toBe('entry_pkey');
  expect(await written(() => Promise.resolve())).toBe('posting_balanced');
});

test('entries belong to a posting that there is, made in their own transaction', async () => {
  expect(await broken(enter(db, '999999999', balanced))).toBe('ledger_immutable');
  const { id } = await post(db, order([{ holder: await holder() }, 5], ['revenue', -5]));
  expect(await broken(enter(db, id, [[2, 5], [3, -5]]))).toBe('ledger_immutable'); // prettier-ignore
  expect(await broken(enter(db, id, balanced))).toBe('entry_pkey');
});

test('entries of several postings may come in one statement; each has to add up', async () => {
  const two = (cents: readonly number[]) =>
    broken(
      db.transaction().execute(async (trx) => {
        const made = await trx.insertInto('posting').values([row(), row()]).returning('id').execute();
        const lines = cents.map(
          (each, n) => sql`(${made[n % 2]?.id}::bigint, ${n >> 1}, ${ledgerOf('revenue')}, ${each}::bigint)`,
        );
        await sql`insert into entry (posting_id, seq, ledger_account_id, cents) values ${sql.join(lines)}`.execute(trx);
      }),
    );
  expect(await two([5, 7, -5, -7])).toBe('taken');
  expect(await two([5, 7, -7, -5])).toBe('posting_balanced');
});

test('a ledger account is a holder’s with an account or the house’s without, and never becomes another', async () => {
  const id = await holder(100);
  const other = await holder();
  const refused: readonly (readonly [RawBuilder<unknown>, string])[] = [
    [sql`insert into ledger_account (kind) values ('petty-cash')`, 'ledger_kind_check'],
    [sql`insert into ledger_account (kind) values ('holder')`, 'holder_has_account'],
    [sql`insert into ledger_account (kind, account_id) values ('revenue', ${id})`, 'holder_has_account'],
    [sql`insert into ledger_account (kind, account_id) values ('holder', ${id})`, 'one_of_a_kind'],
    [sql`insert into ledger_account (kind) values ('revenue')`, 'one_of_a_kind'],
    [sql`update ledger_account set held_cents = -1 where account_id = ${id}`, 'held_cents_check'],
    [sql`update ledger_account set held_cents = 101 where account_id = ${id}`, 'holder_not_overdrawn'],
    [sql`update ledger_account set balance_cents = -1 where account_id = ${id}`, 'holder_not_overdrawn'],
    [sql`update ledger_account set kind = 'revenue', account_id = null where account_id = ${id}`, 'one_of_a_kind'],
    [sql`update ledger_account set currency = 'MXN' where account_id = ${id}`, 'ledger_immutable'],
    [
      sql`update ledger_account set account_id = ${other}, currency = 'MXN' where account_id = ${id}`,
      'ledger_immutable',
    ],
    [sql`update ledger_account set kind = 'suspense', currency = 'MXN' where kind = 'revenue'`, 'ledger_immutable'],
    [sql`delete from ledger_account where account_id = ${id}`, 'ledger_immutable'],
  ];
  for (const [statement, constraint] of refused) expect(await broken(statement.execute(db))).toBe(constraint);
});

test('the row of a holder follows its account: closed, and open again', async () => {
  const closed = async (id: string) =>
    (await db.selectFrom('ledgerAccount').select('closed').where('accountId', '=', id).executeTakeFirst())?.closed;
  const id = await holder();
  expect(await closed(id)).toBe(false);
  await closeAccount(db, id, at);
  expect(await closed(id)).toBe(true);
  expect(await broken(post(db, order([{ holder: id }, 5], ['revenue', -5])))).toBe('account-closed');
  await sql`update account set status = 'open', closed_at = null where id = ${id}`.execute(db);
  expect(await closed(id)).toBe(false);
  const born = randomUUID();
  await sql`insert into account (id, status, opened_at, closed_at) values (${born}, 'closed', ${at}, ${at})`.execute(
    db,
  );
  expect(await closed(born)).toBe(true);
});

test('a deposit that waits for a closing is refused when it has happened', async () => {
  const id = await holder();
  const another = openDatabase(server.url, { max: 1, connectMs: 15_000, statementMs: 15_000 });
  const closing = await db.startTransaction().execute();
  await closeAccount(closing, id, at);
  const deposit = broken(post(another, order([{ holder: id }, 5], ['card-clearing', -5])));
  await vi.waitFor(async () => {
    const waiting = sql<{ n: number }>`select count(*)::int as n from pg_locks where not granted`;
    expect((await waiting.execute(db)).rows[0]?.n).toBeGreaterThan(0);
  });
  await closing.commit().execute();
  expect(await deposit).toBe('account-closed');
  await another.destroy();
});

test('balances are told for every holder, in whatever order and by whatever name, the second time too', async () => {
  const names = ['plain', 'a "b" \\ c', '{x,y}', 'NULL', ' ', 'ñ,"\''];
  for (const name of names) await holder(1_000, name);
  const lines = names.map((name, n) => [{ holder: name }, n % 2 ? -n : n + 2] as const);
  const rest = -lines.reduce((sum, [, cents]) => sum + cents, 0);
  const mixed = order(...lines.slice(0, 2), ['revenue', rest], ...lines.slice(2));
  const first = await post(db, mixed);
  expect(first.balances).toEqual(
    Object.fromEntries(lines.map(([ledger, cents]) => [ledger.holder, { before: 1_000, after: 1_000 + cents }])),
  );
  expect(await post(db, mixed)).toEqual({ ...first, replayed: true });
});

test('the check digit is the one of ISO/IEC 7812-1 for every number', async () => {
  const { rows } = await sql<{ n: string; reference: string }>`
    select n::text, with_check_digit(n) as reference
    from (select generate_series(1, 1200)::bigint union all select 9000000000000000000 + generate_series(1, 300)) as number (n)`.execute(
    db,
  );
  const luhn = (digits: string) =>
    [...digits].reverse().reduce((sum, digit, place) => {
      const twice = Number(digit) * 2;
      return sum + (place % 2 === 0 ? Number(digit) : twice > 9 ? twice - 9 : twice);
    }, 0) % 10;
  expect(
    rows.filter(({ n, reference }) => luhn(reference) !== 0 || reference.slice(0, -1) !== n.padStart(9, '0')),
  ).toEqual([]);
});

test('plans made while the tables were empty read no table whole', async () => {
  const fresh = await startTestDatabase();
  try {
    const one = openDatabase(fresh.url, { max: 1, connectMs: 15_000, statementMs: 15_000 });
    // Vacuumed, an empty table has no pages; of one that never was, the planner expects ten.
    for (const table of ['posting', 'entry', 'ledger_account']) await sql`vacuum ${sql.table(table)}`.execute(one);
    await openAccount(one, { id: 'a', numbers: [], at });
    await openAccount(one, { id: 'b', numbers: [], at });
    const scans = await one.transaction().execute(async (trx) => {
      await post(trx, order([{ holder: 'a' }, 9], ['revenue', -9]));
      await post(trx, order([{ holder: 'a' }, -1], [{ holder: 'b' }, 1]));
      await sql`set constraints all immediate`.execute(trx);
      return sql<{ relname: string }>`select relname from pg_stat_xact_user_tables
        where seq_scan > 0 and relname in ('posting', 'entry', 'ledger_account')`.execute(trx);
    });
    expect(scans.rows).toEqual([]);
    await one.destroy();
  } finally {
    await fresh.stop();
  }
});
