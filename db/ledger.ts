import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { storableJson } from './json.ts';
import { brokenConstraint } from './unavailable.ts';

/** The house's own ledger accounts, one of each. */
export type LedgerKind =
  | 'card-clearing'
  | 'cheque-clearing'
  | 'money-transfer-clearing'
  | 'bank-clearing'
  | 'suspense'
  | 'revenue'
  | 'refunds-payable'
  | 'unclaimed'
  | 'write-off';

export type LedgerRef = LedgerKind | { readonly holder: string };

export interface Entry {
  readonly ledger: LedgerRef;
  /** Positive: a credit, on a holder's account what we owe them. US cents, whole, never 0. */
  readonly cents: number;
}

export interface PostingOrder {
  /** Idempotency key: the same order with the same key is posted once. */
  readonly key: string;
  /** What it is, e.g. 'card-deposit'. */
  readonly kind: string;
  readonly at: Date;
  /** At least two, of different ledger accounts, that add up to 0. */
  readonly entries: readonly Entry[];
  readonly memo?: Readonly<Record<string, unknown>>;
}

export interface Posting {
  readonly id: string;
  /** Ten digits, the last a check digit (Luhn): what a person reads out. */
  readonly reference: string;
  readonly kind: string;
  readonly at: Date;
  /** It was there already, posted by an earlier order with this key. */
  readonly replayed: boolean;
  /** Of each holder in it: cents before and after. */
  readonly balances: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
}

export type RefusalCode =
  'insufficient-funds' | 'key-reused' | 'unknown-account' | 'account-closed' | 'unbalanced' | 'not-held';

/** The ledger does not take this order; nothing of it was posted, and its transaction cannot go on. */
export class LedgerRefusal extends Error {
  override readonly name = 'LedgerRefusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, options?: ErrorOptions) {
    super(`The ledger refuses: ${code}.`, options);
    this.code = code;
  }
}

const byState: Readonly<Record<string, RefusalCode>> = {
  HL001: 'key-reused',
  HL002: 'unbalanced',
  HL003: 'unknown-account',
  HL004: 'account-closed',
  HL005: 'not-held',
};

/** The refusal that a broken rule of the database stands for, or the error itself. */
export function asRefusal(error: unknown): unknown {
  if (brokenConstraint(error) === 'holder_not_overdrawn')
    return new LedgerRefusal('insufficient-funds', { cause: error });
  const state = (error as { code?: unknown } | undefined)?.code;
  const code = typeof state === 'string' ? byState[state] : undefined;
  return code ? new LedgerRefusal(code, { cause: error }) : error;
}

const toRow = ({ ledger, cents }: Entry) =>
  typeof ledger === 'string' ? { ledger, cents } : { holder: ledger.holder, cents };

/** A list as PostgreSQL reads it: the connection knows no lists. */
const list = (items: readonly (string | number)[]): string =>
  `{${items.map((item) => (typeof item === 'number' ? item : `"${item.replaceAll(/["\\]/g, '\\$&')}"`)).join()}}`;

interface PostedRow {
  id: string;
  reference: string;
  kind: string;
  at: Date;
  replayed: boolean;
  /** Of each holder, in their order: cents after. */
  balances: number[];
}

/**
 * Posts, on disk when this returns outside a transaction. Throws LedgerRefusal; DatabaseUnavailable, after which the same order with the
 * same key may be given again. Entries that do not add up to 0 are refused here at once, and by the database whatever its caller does.
 */
export async function post(db: Database, order: PostingOrder): Promise<Posting> {
  const { key, kind, at, entries, memo = {} } = order;
  const rows = entries.map(toRow);
  const sound = rows.length >= 2 && rows.every(({ cents }) => Number.isSafeInteger(cents) && cents !== 0);
  const distinct =
    new Set(rows.map((row) => ('holder' in row ? `holder ${row.holder}` : row.ledger))).size === rows.length;
  if (!sound || !distinct || rows.reduce((sum, { cents }) => sum + cents, 0) !== 0)
    throw new LedgerRefusal('unbalanced');
  const hash = createHash('sha256')
    .update(JSON.stringify([kind, rows, memo]))
    .digest('hex');
  const holders = entries.flatMap(({ ledger, cents }) =>
    typeof ledger === 'string' ? [] : [{ holder: ledger.holder, cents }],
  );
  const houses = entries.flatMap(({ ledger, cents }) => (typeof ledger === 'string' ? [{ ledger, cents }] : []));
  const query = sql<PostedRow>`select * from ledger_post(${key}, ${hash}, ${kind}, ${at}::timestamptz, ${storableJson(memo)}::jsonb,
    ${list(holders.map(({ holder }) => holder))}::text[], ${list(houses.map(({ ledger }) => ledger))}::text[],
    ${list([...holders, ...houses].map(({ cents }) => cents))}::bigint[])`;
  const { rows: posted } = await query.execute(db).catch((error: unknown) => {
    throw asRefusal(error);
  });
  const [row] = posted;
  if (!row) throw new Error('ledger_post gave no row');
  const { balances, ...posting } = row;
  const sides = holders.map(({ holder, cents }, n) => {
    const after = balances[n] ?? NaN;
    return [holder, { before: after - cents, after }] as const;
  });
  return { ...posting, id: String(posting.id), balances: Object.fromEntries(sides) };
}

export interface Balance {
  /** What we owe the holder. Cents. */
  readonly balanceCents: number;
  /** Kept for calls that go on. Cents. */
  readonly heldCents: number;
  /** What may be spent. Cents. */
  readonly availableCents: number;
}

/** `lock`: nothing moves on this account until the transaction ends. Throws LedgerRefusal 'unknown-account'. */
export async function balanceOf(db: Database, accountId: string, options: { lock?: boolean } = {}): Promise<Balance> {
  let query = db
    .selectFrom('ledgerAccount')
    .select(['balanceCents', 'heldCents'])
    .where('accountId', '=', accountId)
    .where('kind', '=', 'holder');
  if (options.lock) query = query.forNoKeyUpdate();
  const row = await query.executeTakeFirst();
  if (!row) throw new LedgerRefusal('unknown-account');
  const balanceCents = Number(row.balanceCents);
  const heldCents = Number(row.heldCents);
  return { balanceCents, heldCents, availableCents: balanceCents - heldCents };
}

/** What each of the house's own accounts comes to, and all holders together, by summing every entry. Cents; together they are 0. */
export async function trialBalance(db: Database): Promise<Record<LedgerKind | 'holder', number>> {
  const rows = await db
    .selectFrom('ledgerAccount')
    .leftJoin('entry', 'entry.ledgerAccountId', 'ledgerAccount.id')
    .select([
      'ledgerAccount.kind',
      (eb) => eb.fn.coalesce(eb.fn.sum<string>('entry.cents'), sql<string>`0`).as('cents'),
    ])
    .groupBy('ledgerAccount.kind')
    .execute();
  return Object.fromEntries(rows.map(({ kind, cents }) => [kind, Number(cents)])) as Record<
    LedgerKind | 'holder',
    number
  >;
}

/** Holders whose kept balance, or kept holds, are not what their entries and holds come to. There are none. */
export async function driftedHolders(db: Database): Promise<string[]> {
  const { rows } = await sql<{ accountId: string }>`
    select account_id from ledger_account where kind = 'holder' and (
      balance_cents <> coalesce((select sum(cents) from entry where entry.ledger_account_id = ledger_account.id), 0)
      or held_cents <> coalesce((select sum(cents) from hold where hold.ledger_account_id = ledger_account.id and state = 'held'), 0))`.execute(
    db,
  );
  return rows.map(({ accountId }) => accountId);
}

/** The posting of this key, reference or id. */
export async function findPosting(
  db: Database,
  by: { readonly key: string } | { readonly reference: string } | { readonly id: string },
): Promise<(Omit<Posting, 'replayed' | 'balances'> & { readonly memo: Record<string, unknown> }) | undefined> {
  const query = db.selectFrom('posting').select(['id', 'reference', 'kind', 'at', 'memo']);
  if ('id' in by) return query.where('id', '=', by.id).executeTakeFirst();
  return 'key' in by
    ? query.where('idempotencyKey', '=', by.key).executeTakeFirst()
    : query
        .where('id', '=', by.reference.slice(0, -1) || '0')
        .where('reference', '=', by.reference)
        .executeTakeFirst();
}
