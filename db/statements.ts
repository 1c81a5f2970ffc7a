import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** From `from` on, before `until`. */
export interface Period {
  readonly from: Date;
  readonly until: Date;
}

/** What one posting did to a holder's account. */
export interface LedgerLine {
  readonly reference: string;
  readonly kind: string;
  readonly at: Date;
  /** Positive: in; negative: out. */
  readonly cents: number;
  readonly memo: Readonly<Record<string, unknown>>;
}

export interface StatementFacts {
  readonly openingCents: number;
  /** Summed by the database, not from the lines. */
  readonly closingCents: number;
  /** By time, then in the order they were posted. */
  readonly lines: readonly LedgerLine[];
}

interface FactsRow {
  openingCents: string;
  closingCents: string;
  lines: (Omit<LedgerLine, 'at'> & { at: string })[];
}

/** One statement, so that everything in it is of the same moment. An unknown account has nothing on it. */
export async function statementFacts(db: Database, accountId: string, period: Period): Promise<StatementFacts> {
  const { from, until } = period;
  const { rows } = await sql<FactsRow>`
    with line as (
      select posting.id, posting.reference, posting.kind, posting.at, posting.memo, entry.cents
      from ledger_account
      join entry on entry.ledger_account_id = ledger_account.id
      join posting on posting.id = entry.posting_id
      where ledger_account.account_id = ${accountId} and ledger_account.kind = 'holder' and posting.at < ${until}::timestamptz)
    select coalesce(sum(cents) filter (where at < ${from}::timestamptz), 0)::text as opening_cents,
      coalesce(sum(cents), 0)::text as closing_cents,
      coalesce(jsonb_agg(
        jsonb_build_object('reference', reference, 'kind', kind, 'at', at, 'cents', cents, 'memo', memo) order by at, id
      ) filter (where at >= ${from}::timestamptz), '[]') as lines
    from line`.execute(db);
  const facts = rows[0] ?? { openingCents: '0', closingCents: '0', lines: [] };
  return {
    openingCents: Number(facts.openingCents),
    closingCents: Number(facts.closingCents),
    lines: facts.lines.map((line) => ({ ...line, at: new Date(line.at) })),
  };
}

export interface Transaction extends LedgerLine {
  readonly balanceCents: number;
}

export interface TransactionPage {
  /** The newest first. */
  readonly transactions: readonly Transaction[];
  /** Asks for the page after this one; absent on the last. */
  readonly next?: string;
}

/** A cursor that transactionsOf() did not give. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
}

/** `only`: nothing but what was paid in. `cursor`: `next` of the page before. What is posted between two pages is on neither, and moves nothing. Throws BadCursor. */
export async function transactionsOf(
  db: Database,
  accountId: string,
  page: { readonly limit: number; readonly cursor?: string; readonly only?: 'deposits' },
): Promise<TransactionPage> {
  const { limit, cursor, only } = page;
  if (cursor !== undefined && !/^[1-9][0-9]{0,17}$/.test(cursor)) throw new BadCursor(cursor);
  let query = db
    .selectFrom('ledgerAccount')
    .innerJoin('entry', 'entry.ledgerAccountId', 'ledgerAccount.id')
    .innerJoin('posting', 'posting.id', 'entry.postingId')
    .select(['posting.id', 'reference', 'posting.kind', 'at', 'memo', 'cents', 'balanceAfterCents'])
    .where('ledgerAccount.accountId', '=', accountId)
    .where('ledgerAccount.kind', '=', 'holder')
    .orderBy('entry.postingId', 'desc')
    .limit(limit + 1);
  if (only) query = query.where('posting.kind', 'like', '%deposit%').where('entry.cents', '>', '0');
  if (cursor !== undefined) query = query.where('entry.postingId', '<', cursor);
  const rows = await query.execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    transactions: shown.map(({ id: _, cents, balanceAfterCents, ...line }) => ({
      ...line,
      cents: Number(cents),
      balanceCents: Number(balanceAfterCents),
    })),
    ...(rows.length > limit && last && { next: String(last.id) }),
  };
}
