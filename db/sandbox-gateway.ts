import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { SandboxCardTable, SandboxChargeTable, SandboxRefundTable } from './schema/sandbox-gateway.ts';

export type SandboxCard = Selectable<SandboxCardTable>;
export type SandboxCharge = Selectable<SandboxChargeTable>;
export type SandboxRefund = Selectable<SandboxRefundTable>;

export async function addSandboxCard(db: Database, card: Omit<SandboxCard, 'spentBy' | 'forgottenAt'>): Promise<void> {
  await db.insertInto('sandboxCard').values(card).execute();
}

export async function sandboxCard(db: Database, token: string): Promise<SandboxCard | undefined> {
  return db.selectFrom('sandboxCard').selectAll().where('token', '=', token).executeTakeFirst();
}

export async function forgetSandboxCard(db: Database, token: string, at: Date): Promise<void> {
  const known = db.updateTable('sandboxCard').where('token', '=', token).where('forgottenAt', 'is', null);
  await known.set({ forgottenAt: at }).execute();
}

/** `not-usable`: the token is unknown, forgotten, or was good for one charge that was another. */
export type Bearing = 'usable' | 'not-usable';

/**
 * Enters the charge that `decide` makes of how the token stands, unless there is one with this key already; that one is answered then. Of
 * any number at once one enters its own.
 */
export async function enterSandboxCharge(
  db: Database,
  charge: { readonly id: string; readonly key: string; readonly token: string; readonly cents: number; readonly reference: string; readonly at: Date }, // prettier-ignore
  decide: (
    bearing: Bearing,
  ) => { readonly state: 'captured' } | { readonly state: 'declined'; readonly reason: string },
): Promise<SandboxCharge & { readonly entered: boolean }> {
  return db.transaction().execute(async (trx) => {
    const usable = await trx
      .selectFrom('sandboxCard')
      .select('token')
      .where('token', '=', charge.token)
      .where('forgottenAt', 'is', null)
      .where((where) =>
        where.or([where('kept', '=', true), where('spentBy', 'is', null), where('spentBy', '=', charge.key)]),
      )
      .forUpdate()
      .executeTakeFirst();
    const decided = decide(usable ? 'usable' : 'not-usable');
    const reason = decided.state === 'declined' ? decided.reason : null;
    const entered = await trx
      .insertInto('sandboxCharge')
      .values({ ...charge, state: decided.state, reason })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!entered) return { ...(await standing(trx, charge.key)), entered: false };
    if (entered.state === 'captured')
      await trx.updateTable('sandboxCard').where('token', '=', charge.token).set({ spentBy: charge.key }).execute();
    return { ...entered, entered: true };
  });
}

const standing = (db: Database, key: string): Promise<SandboxCharge> =>
  db.selectFrom('sandboxCharge').selectAll().where('key', '=', key).executeTakeFirstOrThrow();

/** The charge with this key; if there is none, the key is given up and no charge can be entered with it. */
export async function settleSandboxKey(
  db: Database,
  fence: { readonly id: string; readonly key: string; readonly at: Date },
): Promise<SandboxCharge> {
  return db.transaction().execute(async (trx) => {
    await trx
      .insertInto('sandboxCharge')
      .values({ ...fence, state: 'fenced' })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
    return standing(trx, fence.key);
  });
}

export type SandboxRefunding =
  | { readonly kind: 'refunded' | 'replayed'; readonly refund: SandboxRefund }
  | { readonly kind: 'exceeds-charge' | 'unknown-charge' };

export async function enterSandboxRefund(db: Database, refund: SandboxRefund): Promise<SandboxRefunding> {
  return db.transaction().execute(async (trx): Promise<SandboxRefunding> => {
    const charges = trx
      .selectFrom('sandboxCharge')
      .select(['cents', 'refundedCents'])
      .where('id', '=', refund.chargeId);
    const charge = await charges.where('state', '=', 'captured').forUpdate().executeTakeFirst();
    const before = await trx.selectFrom('sandboxRefund').selectAll().where('key', '=', refund.key).executeTakeFirst();
    if (before) return { kind: 'replayed', refund: before };
    if (!charge) return { kind: 'unknown-charge' };
    const refundedCents = charge.refundedCents + refund.cents;
    if (refundedCents > (charge.cents ?? 0)) return { kind: 'exceeds-charge' };
    await trx.insertInto('sandboxRefund').values(refund).execute();
    await trx.updateTable('sandboxCharge').where('id', '=', refund.chargeId).set({ refundedCents }).execute();
    return { kind: 'refunded', refund };
  });
}

/** The sandbox's books, to compare ours with: what was really captured and given back, the oldest first. */
export async function sandboxBooks(
  db: Database,
): Promise<{ readonly captured: readonly SandboxCharge[]; readonly refunds: readonly SandboxRefund[] }> {
  const charges = db.selectFrom('sandboxCharge').selectAll().where('state', '=', 'captured');
  return {
    captured: await charges.orderBy('at').orderBy('id').execute(),
    refunds: await db.selectFrom('sandboxRefund').selectAll().orderBy('at').orderBy('id').execute(),
  };
}
