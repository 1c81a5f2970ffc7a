import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { LowBalanceTable, TextPayAlertTable } from './schema/funding.ts';

/** Topic of the outbox: { lowBalanceId }. */
export const LOW_BALANCE = 'low-balance';
/** Topic of the outbox: { alertId }. */
export const TEXT_PAY = 'text-pay';

/** A balance that fell to the threshold of a plan. */
export interface LowBalance {
  readonly id: string;
  readonly accountId: string;
  /** Absent: it was low when the holder joined. */
  readonly postingId?: string;
  readonly balanceCents: number;
  readonly at: Date;
  readonly state: 'waiting' | 'charging' | 'charged' | 'declined' | 'asked' | 'dropped';
  readonly reason?: string;
}

const toLowBalance = (row: Selectable<LowBalanceTable>): LowBalance => ({
  id: row.id,
  accountId: row.accountId,
  ...(row.postingId !== null && { postingId: row.postingId }),
  balanceCents: Number(row.balanceCents),
  at: row.at,
  state: row.state,
  ...(row.reason !== null && { reason: row.reason }),
});

export async function findLowBalance(db: Database, id: string): Promise<LowBalance | undefined> {
  const row = await db.selectFrom('lowBalance').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toLowBalance(row);
}

/** Every fall of an account, the newest first. */
export async function lowBalancesOf(db: Database, accountId: string, limit = 100): Promise<LowBalance[]> {
  const query = db.selectFrom('lowBalance').selectAll().where('accountId', '=', accountId);
  return (await query.orderBy('id', 'desc').limit(limit).execute()).map(toLowBalance);
}

/**
 * Does at once what the database does after a posting: if the plan is live and armed and `balanceCents` is at its threshold or less, the
 * work is given out, and its id returned. The caller holds the holder's row.
 */
export async function reachLowBalance(
  trx: Database,
  accountId: string,
  balanceCents: number,
  at: Date,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string | null }>`
    select reach_low_balance(${accountId}, ${balanceCents}::bigint, null, ${at}::timestamptz)::text as id`.execute(trx);
  return rows[0]?.id ?? undefined;
}

/** From here on AutoPay serves it. */
export async function beginServing(trx: Database, id: string): Promise<void> {
  const update = trx.updateTable('lowBalance').set({ state: 'charging' }).where('id', '=', id);
  await update.where('state', '=', 'waiting').execute();
}

/** Ends the serving of a fall. */
export async function settleLowBalance(
  trx: Database,
  id: string,
  end: { readonly state: 'charged' | 'asked' } | { readonly state: 'declined' | 'dropped'; readonly reason: string },
  at: Date,
): Promise<void> {
  const update = trx.updateTable('lowBalance').where('id', '=', id).where('settledAt', 'is', null);
  await update.set({ ...end, settledAt: at }).execute();
}

/** Falls, and answered questions, nobody has served by now: their job was lost, or is late. */
export async function unservedLowBalances(
  db: Database,
  before: Date,
  limit = 100,
): Promise<{ readonly falls: readonly string[]; readonly alerts: readonly string[] }> {
  const falls = db.selectFrom('lowBalance').select('id').where('settledAt', 'is', null).where('at', '<', before);
  const charging = db.selectFrom('fundingCharge').select('textPayAlertId as id').where('state', '=', 'charging');
  const alerts = charging.where('textPayAlertId', 'is not', null).where('startedAt', '<', before);
  return {
    falls: (await falls.orderBy('at').limit(limit).execute()).map(({ id }) => id),
    alerts: (await alerts.orderBy('startedAt').limit(limit).execute()).flatMap(({ id }) => id ?? []),
  };
}

/** A text that asked whether to pay. */
export interface TextPayAlert {
  readonly id: string;
  readonly accountId: string;
  readonly mobile: string;
  readonly cents: number;
  readonly sentAt: Date;
  readonly expiresAt: Date;
  readonly state: 'open' | 'paying' | 'paid' | 'declined';
}

const toAlert = ({
  lowBalanceId: _,
  answeredBy: __,
  paidDepositId: ___,
  ...alert
}: Selectable<TextPayAlertTable>): TextPayAlert => alert;

export async function addAlert(
  trx: Database,
  alert: Omit<TextPayAlert, 'id' | 'state'> & { readonly lowBalanceId: string },
): Promise<void> {
  await trx.insertInto('textPayAlert').values(alert).execute();
}

export async function findAlert(db: Database, id: string): Promise<TextPayAlert | undefined> {
  const row = await db.selectFrom('textPayAlert').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toAlert(row);
}

/** The last question sent to this mobile, of whichever account. */
export async function newestAlert(db: Database, mobile: string): Promise<TextPayAlert | undefined> {
  const query = db.selectFrom('textPayAlert').selectAll().where('mobile', '=', mobile);
  const row = await query.orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row && toAlert(row);
}

/** Whether this text has agreed to a payment before. */
export async function hasAgreed(db: Database, textId: string): Promise<boolean> {
  const query = db.selectFrom('textPayAlert').select('id').where('answeredBy', '=', textId);
  return (await query.executeTakeFirst()) !== undefined;
}

/** Takes an open question for paying. False: somebody did before. */
export async function takeAlert(trx: Database, id: string, textId: string): Promise<boolean> {
  const update = trx
    .updateTable('textPayAlert')
    .set({ state: 'paying', answeredBy: textId })
    .where('id', '=', id)
    .where('state', '=', 'open');
  return (await update.executeTakeFirst()).numUpdatedRows === 1n;
}

export async function settleAlert(
  trx: Database,
  id: string,
  end: { readonly state: 'paid'; readonly paidDepositId: string } | { readonly state: 'declined' },
): Promise<void> {
  await trx.updateTable('textPayAlert').set(end).where('id', '=', id).where('state', '=', 'paying').execute();
}
