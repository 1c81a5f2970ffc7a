import { sql } from 'kysely';
import type { Database } from './connect.ts';

export type CloserKind = 'web' | 'phone-line' | 'agent';

export interface AccountClosing {
  readonly accountId: string;
  readonly key: string;
  readonly by: { readonly kind: CloserKind; readonly id?: string };
  /** Of the preview that was agreed to. */
  readonly previewVersion: string;
  readonly balanceCents: number;
  readonly postingId?: string;
  /** E.164; blocked by it. */
  readonly numbers: readonly string[];
  readonly at: Date;
}

/** `lock`: nothing is paid into the account, and nobody closes it, until the transaction ends. Undefined: there is no such account. */
export async function accountStatus(
  db: Database,
  id: string,
  options: { readonly lock?: boolean } = {},
): Promise<'open' | 'closed' | undefined> {
  let query = db.selectFrom('account').select('status').where('id', '=', id);
  if (options.lock) query = query.forNoKeyUpdate();
  return (await query.executeTakeFirst())?.status;
}

/** The authorised numbers in one order, and whether another open account answers for them as well. */
export async function numbersToClose(
  db: Database,
  accountId: string,
): Promise<{ readonly number: string; readonly elsewhere: boolean }[]> {
  const { rows } = await sql<{ number: string; elsewhere: boolean }>`
    select mine.number, exists (
      select from account_number other join account on account.id = other.account_id
      where other.number = mine.number and other.account_id <> mine.account_id and account.status = 'open') as elsewhere
    from account_number mine where mine.account_id = ${accountId} order by mine.number`.execute(db);
  return rows;
}

/** What is not settled yet of an account's deposits. */
export async function pendingDeposits(db: Database, accountId: string): Promise<{ many: number; cents: number }> {
  const { many, cents } = await db
    .selectFrom('deposit')
    .select((eb) => [eb.fn.countAll<string>().as('many'), eb.fn.sum<string | null>('cents').as('cents')])
    .where('accountId', '=', accountId)
    .where('state', '=', 'intended')
    .executeTakeFirstOrThrow();
  return { many: Number(many), cents: Number(cents ?? 0) };
}

export async function recordClosing(trx: Database, closing: AccountClosing): Promise<void> {
  const { key, by, balanceCents, postingId, numbers, ...rest } = closing;
  const row = {
    ...{ ...rest, idempotencyKey: key, byKind: by.kind, byId: by.id ?? null, balanceCents: String(balanceCents) },
    ...{ postingId: postingId ?? null, numbers: JSON.stringify(numbers) },
  };
  await trx.insertInto('accountClosing').values(row).execute();
}

export async function findClosing(
  db: Database,
  by: { readonly key: string } | { readonly accountId: string },
): Promise<AccountClosing | undefined> {
  const [column, value] = 'key' in by ? (['idempotencyKey', by.key] as const) : (['accountId', by.accountId] as const);
  const row = await db.selectFrom('accountClosing').selectAll().where(column, '=', value).executeTakeFirst();
  if (!row) return undefined;
  const { idempotencyKey, byKind, byId, balanceCents, postingId, ...rest } = row;
  return {
    ...rest,
    key: idempotencyKey,
    by: { kind: byKind, ...(byId !== null && { id: byId }) },
    balanceCents: Number(balanceCents),
    ...(postingId !== null && { postingId }),
  };
}
