import { answersFor } from '#db/account-numbers.ts';
import { findBlock, liftBlock, placeBlock, type Actor, type BlockScope } from '#db/blocks.ts';
import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { brokenConstraint } from '#db/unavailable.ts';
import { blockList, type BlockLine } from '../block-list.ts';
import { mayLift } from '../blocks.ts';
import { numbersProven } from '../identity/number-proof.ts';

/**
 * Why the holder of an account does not lift a block of one of its numbers: closing an account placed it, or somebody at that telephone (or an agent
 * for them) did, and the holder has not proven that the number is theirs. A number that somebody writes down may be anybody's: else whoever is blocked
 * needs no more than an account with the number of the family that blocked them. What the account itself placed it lifts.
 */
export type WhyNot = 'agent-only' | 'number-unproven';

interface Standing {
  readonly accountId: string;
  readonly number: string;
  readonly proven: readonly { readonly number: string }[];
}

/** `mayLift`: as the rules of blocks have it for the account. */
function whyNot(placedBy: Actor, mayLiftIt: boolean, { accountId, number, proven }: Standing): WhyNot | undefined {
  if (!mayLiftIt) return 'agent-only';
  if (placedBy.kind === 'web' && placedBy.id === accountId) return undefined;
  return proven.some((one) => one.number === number) ? undefined : 'number-unproven';
}

export interface OwnBlock extends Omit<BlockLine, 'action' | 'placedBy'> {
  readonly whyNot?: WhyNot;
}

export type OwnBlocks =
  | { readonly kind: 'blocks'; readonly blocks: readonly OwnBlock[]; readonly next?: string }
  | { readonly kind: 'refused'; readonly reason: 'not-your-number' | 'bad-cursor' };

/** Who asks, by which of their accounts. */
interface Holder {
  readonly accountId: string;
  readonly identityId: string;
  readonly at: Date;
}

/** The active blocks of an authorised number of an open account, the newest first (guide row 20). Throws DatabaseUnavailable. */
export async function ownBlocks(
  db: Database,
  asked: Holder & { readonly number: string; readonly limit: number; readonly cursor?: string },
): Promise<OwnBlocks> {
  const { accountId, identityId, at, ...page } = asked;
  const list = await blockList(db, { ...page, by: { kind: 'web', accountId } });
  if (list.kind === 'refused') return list;
  const standing = { accountId, number: asked.number, proven: await numbersProven(db, identityId, at) };
  const blocks = list.lines.map(({ action, placedBy, ...line }): OwnBlock => {
    const why = whyNot(placedBy, action !== undefined, standing);
    return { ...line, ...(why && { whyNot: why }) };
  });
  return { kind: 'blocks', blocks, ...(list.next !== undefined && { next: list.next }) };
}

const byHolder = (accountId: string) => ({ kind: 'web', id: accountId }) as const;

/** Blocks calls to an authorised number of an open account, from one facility or from all; on disk when this returns (rows 18, 19). */
export async function blockOwn(
  db: Database,
  order: { readonly accountId: string; readonly number: string; readonly scope: BlockScope; readonly at: Date },
): Promise<'placed' | 'already-blocked' | 'not-your-number' | 'account-closed' | 'facility-unknown'> {
  const { accountId, number, scope, at } = order;
  try {
    return await db.transaction().execute(async (trx) => {
      if ((await accountStatus(trx, accountId, { lock: true })) !== 'open') return 'account-closed';
      if (!(await answersFor(trx, accountId, number))) return 'not-your-number';
      return placeBlock(trx, { number, scope, by: byHolder(accountId), reason: 'asked for on the web', at });
    });
  } catch (error) {
    if (brokenConstraint(error) === 'block_facility_id_fkey') return 'facility-unknown';
    throw error;
  }
}

export type OwnLift = 'lifted' | 'not-blocked' | WhyNot | 'account-closed';

/** Lifts an active block of one of an open account's numbers, if its holder may (rows 15, 21). Throws DatabaseUnavailable; may be tried again. */
export async function liftOwn(db: Database, order: Holder & { readonly blockId: string }): Promise<OwnLift> {
  const { accountId, identityId, blockId, at } = order;
  return db.transaction().execute(async (trx): Promise<OwnLift> => {
    if ((await accountStatus(trx, accountId, { lock: true })) !== 'open') return 'account-closed';
    const block = await findBlock(trx, blockId, { lock: true });
    // Of somebody else's number no more is told than of none.
    if (!block || block.lifted || !(await answersFor(trx, accountId, block.number))) return 'not-blocked';
    const by = byHolder(accountId);
    const proven = await numbersProven(trx, identityId, at);
    const may = mayLift(by, block.placed.by, { account: 'open', passcode: false });
    const why = whyNot(block.placed.by, may, { accountId, number: block.number, proven });
    if (why) return why;
    await liftBlock(trx, block.id, { by, reason: 'asked for on the web', at });
    return 'lifted';
  });
}
