import { sql, type Insertable, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { SandboxCardTable, SandboxChargeTable, SandboxRefundTable } from './schema/sandbox-gateway.ts';

export type SandboxCard = Selectable<SandboxCardTable>;
export type SandboxCharge = Omit<Selectable<SandboxChargeTable>, 'cents' | 'refundedCents'> & {
  readonly cents: number;
  readonly refundedCents: number;
};
export type SandboxRefund = Omit<Selectable<SandboxRefundTable>, 'cents'> & { readonly cents: number };

const toCharge = (row: Selectable<SandboxChargeTable>): SandboxCharge => ({
  ...row,
  cents: Number(row.cents),
  refundedCents: Number(row.refundedCents),
});
const toRefund = (row: Selectable<SandboxRefundTable>): SandboxRefund => ({ ...row, cents: Number(row.cents) });

export async function addSandboxCard(db: Database, card: Insertable<SandboxCardTable>): Promise<void> {
  await db.insertInto('sandboxCard').values(card).execute();
}

export async function findSandboxCard(db: Database, token: string): Promise<SandboxCard | undefined> {
  return db.selectFrom('sandboxCard').selectAll().where('token', '=', token).executeTakeFirst();
}

/** Writes a charge, or gives the one of this key; of any number at once, one writes. */
export async function recordSandboxCharge(
  db: Database,
  charge: Omit<SandboxCharge, 'refundedCents'>,
): Promise<SandboxCharge> {
  const made = await db
    .insertInto('sandboxCharge')
    .values({ ...charge, cents: String(charge.cents) })
    .onConflict((conflict) => conflict.column('idempotencyKey').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (made) return toCharge(made);
  const there = db.selectFrom('sandboxCharge').selectAll().where('idempotencyKey', '=', charge.idempotencyKey);
  return toCharge(await there.executeTakeFirstOrThrow());
}

export async function findSandboxCharge(db: Database, key: string): Promise<SandboxCharge | undefined> {
  const row = await db.selectFrom('sandboxCharge').selectAll().where('idempotencyKey', '=', key).executeTakeFirst();
  return row && toCharge(row);
}

/**
 * Writes a refund, declined when it would be more than is left of the charge, or gives the one of this key. Undefined: there is no such
 * charge, and nothing is written.
 */
export async function recordSandboxRefund(
  db: Database,
  refund: Omit<SandboxRefund, 'declineReason'>,
): Promise<SandboxRefund | undefined> {
  return db.transaction().execute(async (trx) => {
    const charges = trx.selectFrom('sandboxCharge').selectAll().where('id', '=', refund.chargeId);
    const charge = await charges.forUpdate().executeTakeFirst();
    if (!charge) return undefined;
    const left = charge.declineReason === null ? Number(charge.cents) - Number(charge.refundedCents) : 0;
    const declineReason = refund.cents > left ? 'exceeds-charge' : null;
    const made = await trx
      .insertInto('sandboxRefund')
      .values({ ...refund, cents: String(refund.cents), declineReason })
      .onConflict((conflict) => conflict.column('idempotencyKey').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!made) return findSandboxRefund(trx, refund.idempotencyKey);
    if (declineReason === null)
      await trx
        .updateTable('sandboxCharge')
        .set({ refundedCents: sql`refunded_cents + ${refund.cents}` })
        .where('id', '=', refund.chargeId)
        .execute();
    return toRefund(made);
  });
}

export async function findSandboxRefund(db: Database, key: string): Promise<SandboxRefund | undefined> {
  const row = await db.selectFrom('sandboxRefund').selectAll().where('idempotencyKey', '=', key).executeTakeFirst();
  return row && toRefund(row);
}

export interface SandboxTakings {
  readonly charges: number;
  readonly capturedCents: number;
  readonly refundedCents: number;
  /** What we have of it: to be compared with what the ledger's card-clearing came to (there with the other sign). */
  readonly netCents: number;
}

/** What the sandbox gateway took and gave back, by its own books. Cents. */
export async function sandboxTakings(db: Database): Promise<SandboxTakings> {
  const { rows } = await sql<{ charges: string; captured: string; refunded: string }>`
    select (select count(*) from sandbox_charge where decline_reason is null) as charges,
      (select coalesce(sum(cents), 0) from sandbox_charge where decline_reason is null) as captured,
      (select coalesce(sum(cents), 0) from sandbox_refund where decline_reason is null) as refunded`.execute(db);
  const [row] = rows;
  const capturedCents = Number(row?.captured);
  const refundedCents = Number(row?.refunded);
  return { charges: Number(row?.charges), capturedCents, refundedCents, netCents: capturedCents - refundedCents };
}
