import { activeBlock } from '#db/blocks.ts';
import type { Database } from '#db/connect.ts';
import { balanceOf } from '#db/ledger.ts';
import { expect } from 'vitest';

/** Refunds as we believe them are those in the gateway's own books, each once; what is owed still is the cheques. Returns how many. */
export async function allGivenBack(db: Database, payableCents: number): Promise<number> {
  const theirs = await db
    .selectFrom('sandboxRefund')
    .select(['idempotencyKey as id', 'cents'])
    .where('declineReason', 'is', null)
    .execute();
  const ours = await db.selectFrom('cardRefund').select(['id', 'cents', 'state']).execute();
  const sorted = (rows: readonly { id: string; cents: string }[]) =>
    rows.map(({ id, cents }) => `${id} ${cents}`).sort();
  expect(sorted(theirs)).toEqual(sorted(ours.filter(({ state }) => state === 'refunded')));
  expect(ours.filter(({ state }) => state !== 'refunded')).toEqual([]);
  const cheques = await db.selectFrom('cheque').select('cents').execute();
  expect(payableCents).toBe(cheques.reduce((sum, { cents }) => sum + Number(cents), 0));
  return ours.length;
}

/** A closed account has no money, its number is blocked, and its holder was told once. Returns how many there are. */
export async function allClosedWhole(db: Database): Promise<number> {
  const closings = await db.selectFrom('accountClosing').select(['accountId', 'numbers']).execute();
  const closed = db.selectFrom('account').select('id').where('status', '=', 'closed');
  expect((await closed.execute()).map(({ id }) => id).sort()).toEqual(
    closings.map(({ accountId }) => accountId).sort(),
  );
  for (const { accountId, numbers } of closings) {
    expect((await balanceOf(db, accountId)).balanceCents).toBe(0);
    for (const number of numbers) expect((await activeBlock(db, number, 'all'))?.placed.by.kind).toBe('closing');
  }
  const told = await db.selectFrom('outbox').select('payload').where('topic', '=', 'test-refund-notice').execute();
  const keys = told.map(({ payload }) => (payload as { key: string }).key);
  expect(new Set(keys).size).toBe(keys.length);
  return closings.length;
}
