import { numbersOf } from '#db/account-numbers.ts';
import { findBlock, liftBlock, placeBlock, type BlockScope } from '#db/blocks.ts';
import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { blockList, type BlockLine } from '../block-list.ts';
import { mayLift } from '../blocks.ts';

/**
 * Why the holder of an account does not lift a block of one of its numbers: closing an account placed it, or it was there before the number was
 * theirs. A number that somebody writes down is not proved to be theirs: else whoever is blocked needs no more than an account with the number of the
 * family that blocked them. An agent lifts it, who calls back (rules.md).
 */
export type WhyNot = 'agent-only' | 'before-your-number';

export interface OwnBlock extends Omit<BlockLine, 'action'> {
  readonly whyNot?: WhyNot;
}

export type OwnBlocks =
  | { readonly kind: 'blocks'; readonly blocks: readonly OwnBlock[]; readonly next?: string }
  | { readonly kind: 'refused'; readonly reason: 'not-your-number' | 'bad-cursor' };

/** The active blocks of an authorised number of an open account, the newest first (guide row 20). Throws DatabaseUnavailable. */
export async function ownBlocks(
  db: Database,
  asked: { readonly accountId: string; readonly number: string; readonly limit: number; readonly cursor?: string },
): Promise<OwnBlocks> {
  const { accountId, ...page } = asked;
  const list = await blockList(db, { ...page, by: { kind: 'web', accountId } });
  if (list.kind === 'refused') return list;
  const addedAt = (await numbersOf(db, accountId)).find(({ number }) => number === asked.number)?.addedAt;
  const blocks = list.lines.map(({ action, ...line }): OwnBlock => {
    if (!action) return { ...line, whyNot: 'agent-only' };
    return addedAt && addedAt <= line.placedAt ? line : { ...line, whyNot: 'before-your-number' };
  });
  return { kind: 'blocks', blocks, ...(list.next !== undefined && { next: list.next }) };
}

const byHolder = (accountId: string) => ({ kind: 'web', id: accountId }) as const;

/** Blocks calls to an authorised number of an open account, from one facility or from all; on disk when this returns (rows 18, 19). */
export async function blockOwn(
  db: Database,
  order: { readonly accountId: string; readonly number: string; readonly scope: BlockScope; readonly at: Date },
): Promise<'placed' | 'already-blocked' | 'not-your-number' | 'account-closed'> {
  const { accountId, number, scope, at } = order;
  return db.transaction().execute(async (trx) => {
    if ((await accountStatus(trx, accountId, { lock: true })) !== 'open') return 'account-closed';
    if (!(await numbersOf(trx, accountId)).some((own) => own.number === number)) return 'not-your-number';
    return placeBlock(trx, { number, scope, by: byHolder(accountId), reason: 'asked for on the web', at });
  });
}

export type OwnLift = 'lifted' | 'not-blocked' | WhyNot | 'account-closed';

/** Lifts an active block of one of an open account's numbers, if its holder may (rows 15, 21). Throws DatabaseUnavailable; may be tried again. */
export async function liftOwn(
  db: Database,
  order: { readonly accountId: string; readonly blockId: string; readonly at: Date },
): Promise<OwnLift> {
  const { accountId, blockId, at } = order;
  return db.transaction().execute(async (trx): Promise<OwnLift> => {
    if ((await accountStatus(trx, accountId, { lock: true })) !== 'open') return 'account-closed';
    const block = await findBlock(trx, blockId, { lock: true });
    const own = (await numbersOf(trx, accountId)).find(({ number }) => number === block?.number);
    // Of somebody else's number no more is told than of none.
    if (!block || !own || block.lifted) return 'not-blocked';
    const by = byHolder(accountId);
    if (!mayLift(by, block.placed.by, { account: 'open', passcode: false })) return 'agent-only';
    if (own.addedAt > block.placed.at) return 'before-your-number';
    await liftBlock(trx, block.id, { by, reason: 'asked for on the web', at });
    return 'lifted';
  });
}
