import { activeBlocks, type ListedBlock } from '#db/block-list.ts';
import type { Actor } from '#db/blocks.ts';
import type { Database } from '#db/connect.ts';
import { mayLift } from './blocks.ts';

/** A line of the list (guide row 20): DATE, SITE NAME, ACTION. */
export interface BlockLine extends Pick<ListedBlock, 'id' | 'placedAt' | 'site' | 'placedBy'> {
  /** Absent: whoever looks may not lift it, or not without an agent. */
  readonly action?: 'unblock';
}

export type BlockList =
  | {
      readonly kind: 'blocks';
      readonly lines: readonly BlockLine[];
      /** Asks for the page after this one; absent on the last. */
      readonly next?: string;
    }
  | { readonly kind: 'refused'; readonly reason: 'not-your-number' | 'bad-cursor' };

export type BlockViewer =
  /** The holder of this account, on the web or the line. */
  { readonly kind: 'web' | 'phone-line'; readonly accountId: string } | { readonly kind: 'agent'; readonly id: string };

const asActor = (viewer: BlockViewer): Actor =>
  viewer.kind === 'agent' ? viewer : { kind: viewer.kind, id: viewer.accountId };

/**
 * The active blocks of a number (E.164), the newest first. A holder sees those of the authorised numbers of their open account; who may lift
 * which is said by mayLift(), on the line without a passcode. Throws DatabaseUnavailable.
 */
export async function blockList(
  db: Database,
  asked: {
    readonly number: string;
    readonly by: BlockViewer;
    readonly limit: number;
    /** `next` of the page before. */
    readonly cursor?: string;
  },
): Promise<BlockList> {
  const { number, by, limit, cursor } = asked;
  if (cursor !== undefined && !/^[1-9][0-9]{0,17}$/.test(cursor)) return { kind: 'refused', reason: 'bad-cursor' };
  const accountId = by.kind === 'agent' ? undefined : by.accountId;
  const { standing, owned, blocks } = await activeBlocks(
    db,
    { number, accountId },
    { limit: limit + 1, before: cursor },
  );
  if (by.kind !== 'agent' && !owned) return { kind: 'refused', reason: 'not-your-number' };
  const lines = blocks.slice(0, limit).map(({ id, placedAt, site, placedBy }) => ({
    ...{ id, placedAt, site, placedBy },
    ...(mayLift(asActor(by), placedBy, { account: standing, passcode: false }) && { action: 'unblock' as const }),
  }));
  const last = lines.at(-1);
  return { kind: 'blocks', lines, ...(blocks.length > limit && last && { next: last.id }) };
}
