import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { FundingChargeTable } from './schema/funding.ts';

/** Why a card is charged: a fall that AutoPay serves, or a text that was answered. */
export type ChargeCause = { readonly lowBalanceId: string } | { readonly textPayAlertId: string };

/** What a saved card is asked for. */
export interface FundingCharge {
  readonly id: string;
  readonly accountId: string;
  readonly cause: ChargeCause;
  readonly cents: number;
  readonly card: { readonly token: string; readonly brand: string; readonly lastFour: string };
  readonly state: 'charging' | 'captured' | 'declined';
}

const toCharge = (row: Selectable<FundingChargeTable>): FundingCharge => ({
  id: row.id,
  accountId: row.accountId,
  cause: row.lowBalanceId === null ? { textPayAlertId: row.textPayAlertId ?? '' } : { lowBalanceId: row.lowBalanceId },
  cents: row.cents,
  card: { token: row.cardToken, brand: row.cardBrand, lastFour: row.cardLastFour },
  state: row.state,
});

/**
 * Writes a charge down before it is made. Undefined: none was begun, because one of this account is under way, or of this cause was made
 * before.
 */
export async function beginCharge(
  trx: Database,
  charge: Omit<FundingCharge, 'id' | 'state'> & { readonly at: Date },
): Promise<FundingCharge | undefined> {
  const { accountId, cause, cents, card, at } = charge;
  const row = await trx
    .insertInto('fundingCharge')
    .values({
      accountId,
      ...cause,
      cents,
      cardToken: card.token,
      cardBrand: card.brand,
      cardLastFour: card.lastFour,
      startedAt: at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && toCharge(row);
}

export async function findCharge(db: Database, cause: ChargeCause): Promise<FundingCharge | undefined> {
  const query = db.selectFrom('fundingCharge').selectAll();
  const row = await (
    'lowBalanceId' in cause
      ? query.where('lowBalanceId', '=', cause.lowBalanceId)
      : query.where('textPayAlertId', '=', cause.textPayAlertId)
  ).executeTakeFirst();
  return row && toCharge(row);
}

/** Whether a card is being charged for this account now. */
export async function isCharging(db: Database, accountId: string): Promise<boolean> {
  const query = db.selectFrom('fundingCharge').select('id').where('accountId', '=', accountId);
  return (await query.where('state', '=', 'charging').executeTakeFirst()) !== undefined;
}

/** Tells whether it ended now; false: it had ended. */
export async function endCharge(
  trx: Database,
  id: string,
  end:
    | { readonly kind: 'captured'; readonly depositId: string }
    | { readonly kind: 'declined'; readonly depositId?: string; readonly reason: string },
  at: Date,
): Promise<boolean> {
  const { kind: state, depositId = null } = end;
  const reason = end.kind === 'declined' ? end.reason : null;
  const update = trx.updateTable('fundingCharge').where('id', '=', id).where('state', '=', 'charging');
  return (await update.set({ state, depositId, reason, endedAt: at }).executeTakeFirst()).numUpdatedRows === 1n;
}
