import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { asRefusal, LedgerRefusal, post, type Posting } from './ledger.ts';

/** Money kept for something that goes on: it cannot be spent twice, and is not yet spent. */
export interface Hold {
  readonly id: string;
  readonly cents: number;
  readonly state: 'held' | 'captured' | 'released';
}

const columns = ['id', 'cents', 'state'] as const;
const toHold = ({ id, cents, state }: { id: string; cents: string; state: Hold['state'] }): Hold => ({
  id,
  cents: Number(cents),
  state,
});

/** Every change of a hold takes the holder's row first, as every posting does. */
async function lockHolder(trx: Database, accountId: string): Promise<string> {
  const query = trx.selectFrom('ledgerAccount').select('id').where('accountId', '=', accountId);
  const row = await query.where('kind', '=', 'holder').forNoKeyUpdate().executeTakeFirst();
  if (!row) throw new LedgerRefusal('unknown-account');
  return row.id;
}

async function keep(trx: Database, ledgerAccountId: string, cents: number): Promise<void> {
  await trx
    .updateTable('ledgerAccount')
    .set({ heldCents: sql`held_cents + ${cents}::bigint` })
    .where('id', '=', ledgerAccountId)
    .execute()
    .catch((error: unknown) => {
      throw asRefusal(error);
    });
}

/**
 * Keeps `cents` of what is available. The same key again gives the hold that is there. Throws LedgerRefusal 'insufficient-funds',
 * 'unknown-account', 'key-reused'.
 */
export async function placeHold(
  db: Database,
  order: {
    readonly key: string;
    readonly accountId: string;
    readonly cents: number;
    readonly reason: string;
    readonly at: Date;
    readonly expiresAt: Date;
  },
): Promise<Hold> {
  const { key, accountId, cents, reason, at, expiresAt } = order;
  return within(db, async (trx) => {
    const ledgerAccountId = await lockHolder(trx, accountId);
    const made = await trx
      .insertInto('hold')
      .values({ ledgerAccountId, idempotencyKey: key, cents: String(cents), reason, placedAt: at, expiresAt })
      .onConflict((conflict) => conflict.column('idempotencyKey').doNothing())
      .returning(columns)
      .executeTakeFirst();
    if (made) {
      await keep(trx, ledgerAccountId, cents);
      return toHold(made);
    }
    const there = await trx
      .selectFrom('hold')
      .select([...columns, 'ledgerAccountId'])
      .where('idempotencyKey', '=', key)
      .executeTakeFirstOrThrow();
    if (there.ledgerAccountId !== ledgerAccountId || Number(there.cents) !== cents)
      throw new LedgerRefusal('key-reused');
    return toHold(there);
  });
}

/**
 * Ends a hold with what was really spent: `cents` (0: nothing, no posting) goes to `to`, the rest is free again. More than was held is
 * taken from what is available, if there is that much. A hold that was captured before gives the same posting.
 */
export async function captureHold(
  db: Database,
  capture: {
    readonly key: string;
    readonly accountId: string;
    readonly holdKey: string;
    readonly cents: number;
    readonly kind: string;
    readonly at: Date;
    readonly memo?: Readonly<Record<string, unknown>>;
  },
): Promise<Posting | undefined> {
  const { key, accountId, holdKey, cents, kind, at, memo } = capture;
  return within(db, async (trx) => {
    const ledgerAccountId = await lockHolder(trx, accountId);
    const entries = [
      { ledger: { holder: accountId }, cents: -cents },
      { ledger: 'revenue', cents },
    ] as const;
    const spend = () => (cents === 0 ? undefined : post(trx, { key, kind, at, entries, ...(memo && { memo }) }));
    const query = trx.selectFrom('hold').select(columns).where('idempotencyKey', '=', holdKey);
    const hold = await query.where('ledgerAccountId', '=', ledgerAccountId).executeTakeFirst();
    if (!hold || hold.state === 'released') throw new LedgerRefusal('not-held');
    if (hold.state === 'captured') return spend();
    await keep(trx, ledgerAccountId, -Number(hold.cents));
    const posting = await spend();
    const end = { state: 'captured', endedAt: at, postingId: posting?.id ?? null } as const;
    await trx.updateTable('hold').set(end).where('id', '=', hold.id).execute();
    return posting;
  });
}

/** Gives all of it back; a hold that has ended stays as it ended. */
export async function releaseHold(db: Database, accountId: string, holdKey: string, at: Date): Promise<void> {
  await within(db, async (trx) => {
    const ledgerAccountId = await lockHolder(trx, accountId);
    const released = await trx
      .updateTable('hold')
      .set({ state: 'released', endedAt: at })
      .where('idempotencyKey', '=', holdKey)
      .where('ledgerAccountId', '=', ledgerAccountId)
      .where('state', '=', 'held')
      .returning('cents')
      .executeTakeFirst();
    if (released) await keep(trx, ledgerAccountId, -Number(released.cents));
  });
}

/** Holds that nobody ended in time, e.g. of a process that died. */
export async function expiredHolds(
  db: Database,
  at: Date,
  limit = 100,
): Promise<{ readonly key: string; readonly accountId: string; readonly reason: string }[]> {
  const rows = await db
    .selectFrom('hold')
    .innerJoin('ledgerAccount', 'ledgerAccount.id', 'hold.ledgerAccountId')
    .select(['hold.idempotencyKey as key', 'ledgerAccount.accountId', 'hold.reason'])
    .where('hold.state', '=', 'held')
    .where('hold.expiresAt', '<=', at)
    .orderBy('hold.expiresAt')
    .limit(limit)
    .execute();
  return rows.map(({ accountId, ...row }) => ({ ...row, accountId: accountId ?? '' }));
}

/** A transaction, or a part of the one that is open. */
const within = <T>(db: Database, work: (trx: Database) => Promise<T>): Promise<T> =>
  db.isTransaction ? work(db) : db.transaction().execute(work);
