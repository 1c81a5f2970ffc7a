import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { DepositTable } from './schema/deposits.ts';

export type DepositChannel = 'web' | 'phone-line' | 'agent' | 'autopay' | 'textpay';
/** Intended: written, and the gateway may or may not have been asked. Abandoned: the gateway does not know of it, and enough time has passed. */
export type DepositState = 'intended' | 'captured' | 'declined' | 'abandoned';

export interface Deposit {
  /** Also the idempotency key at the gateway. */
  readonly id: string;
  readonly accountId: string;
  readonly channel: DepositChannel;
  /** Who took it in a talk. */
  readonly agentId?: string;
  readonly cents: number;
  readonly card: { readonly token: string; readonly brand: string; readonly lastFour: string };
  /** Of a deposit on the telephone: E.164, and may have texts. */
  readonly callingNumber?: string;
  readonly state: DepositState;
  readonly intendedAt: Date;
  readonly settledAt?: Date;
  readonly declineReason?: string;
  readonly postingId?: string;
  readonly afterClosing: boolean;
  readonly requestHash: string;
}

const toDeposit = (row: Selectable<DepositTable>): Deposit => ({
  id: row.id,
  accountId: row.accountId,
  channel: row.channel,
  cents: Number(row.cents),
  card: { token: row.cardToken, brand: row.cardBrand, lastFour: row.cardLastFour },
  state: row.state,
  intendedAt: row.intendedAt,
  afterClosing: row.afterClosing,
  requestHash: row.requestHash,
  ...(row.callingNumber !== null && { callingNumber: row.callingNumber }),
  ...(row.agentId !== null && { agentId: row.agentId }),
  ...(row.settledAt && { settledAt: row.settledAt }),
  ...(row.declineReason !== null && { declineReason: row.declineReason }),
  ...(row.postingId !== null && { postingId: row.postingId }),
});

/** Writes the intent, or gives the one that has this key. On disk when this returns outside a transaction. */
export async function intendDeposit(
  db: Database,
  intent: Omit<Deposit, 'state' | 'afterClosing' | 'settledAt' | 'postingId'> & { readonly key: string },
): Promise<{ readonly deposit: Deposit; readonly made: boolean }> {
  const made = await db
    .insertInto('deposit')
    .values({
      id: intent.id,
      accountId: intent.accountId,
      idempotencyKey: intent.key,
      requestHash: intent.requestHash,
      channel: intent.channel,
      agentId: intent.agentId ?? null,
      cents: String(intent.cents),
      cardToken: intent.card.token,
      cardBrand: intent.card.brand,
      cardLastFour: intent.card.lastFour,
      callingNumber: intent.callingNumber ?? null,
      intendedAt: intent.intendedAt,
    })
    .onConflict((conflict) => conflict.column('idempotencyKey').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (made) return { deposit: toDeposit(made), made: true };
  const there = db.selectFrom('deposit').selectAll().where('idempotencyKey', '=', intent.key);
  return { deposit: toDeposit(await there.executeTakeFirstOrThrow()), made: false };
}

/** `lock`: nobody else settles it until the transaction ends. */
export async function findDeposit(
  db: Database,
  id: string,
  options: { readonly lock?: boolean } = {},
): Promise<Deposit | undefined> {
  let query = db.selectFrom('deposit').selectAll().where('id', '=', id);
  if (options.lock) query = query.forUpdate();
  const row = await query.executeTakeFirst();
  return row && toDeposit(row);
}

/** The id of the deposit that was captured under this id of the gateway's. */
export async function depositCapturedAs(db: Database, gatewayId: string): Promise<string | undefined> {
  const query = db.selectFrom('deposit').select('id').where('gatewayId', '=', gatewayId);
  return (await query.executeTakeFirst())?.id;
}

/** Those with one of these idempotency keys that were declined. */
export async function declinedDeposits(db: Database, keys: readonly string[]): Promise<Deposit[]> {
  const query = db.selectFrom('deposit').selectAll().where('idempotencyKey', 'in', keys);
  return (await query.where('state', '=', 'declined').orderBy('intendedAt').execute()).map(toDeposit);
}

export type Settling =
  | {
      readonly state: 'captured';
      readonly gatewayId: string;
      readonly postingId: string;
      readonly afterClosing: boolean;
    }
  | { readonly state: 'declined'; readonly declineReason: string }
  | { readonly state: 'abandoned' };

export async function settleDeposit(trx: Database, id: string, settling: Settling, at: Date): Promise<void> {
  const cleared = { declineReason: null, gatewayId: null, postingId: null, afterClosing: false };
  await trx
    .updateTable('deposit')
    .set({ ...cleared, ...settling, settledAt: at })
    .where('id', '=', id)
    .execute();
}

/** Intents older than `before` that nobody settled: of processes that died, or whose outcome the gateway has not told. */
export async function openDeposits(db: Database, before: Date, limit = 100): Promise<Deposit[]> {
  const query = db.selectFrom('deposit').selectAll().where('state', '=', 'intended').where('intendedAt', '<=', before);
  return (await query.orderBy('asked').orderBy('intendedAt').limit(limit).execute()).map(toDeposit);
}

/** Counts that the gateway was asked about it, so that others come first next time. */
export async function askedAboutDeposit(db: Database, id: string): Promise<void> {
  await db
    .updateTable('deposit')
    .set({ asked: sql`asked + 1` })
    .where('id', '=', id)
    .execute();
}

/** Whether the account is open, and stays so until the transaction ends; undefined when there is none. */
export async function keepOpen(trx: Database, accountId: string): Promise<boolean | undefined> {
  const row = await trx
    .selectFrom('account')
    .select('status')
    .where('id', '=', accountId)
    .forShare()
    .executeTakeFirst();
  return row && row.status === 'open';
}
