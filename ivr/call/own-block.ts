import { blockByKey, undoBlockByKey } from '#accounts/blocks.ts';
import type { OwnBlock } from '#flows/call-home/offer.ts';
import type { HomeCallParts } from './home-call.ts';

/**
 * What the called party's key may do: a block of this number (E.164) for this facility, durable before it is confirmed. What takes
 * longer than the terms allow is told as failed, and goes on being tried.
 */
export function ownBlock(
  { platform, record, facility }: Pick<HomeCallParts, 'platform' | 'record' | 'facility'>,
  number: string,
): OwnBlock {
  const what = { number, facilityId: facility.id, callId: record.callId };
  const inTime = async (done: Promise<boolean>): Promise<boolean> => {
    const late = new AbortController();
    const limit = platform.clock.wait(platform.terms.blockSeconds * 1000, late.signal).then(() => false);
    limit.catch(() => undefined);
    try {
      return await Promise.race([done, limit]);
    } catch (error) {
      platform.log.error({ call: record.callId, err: error }, 'the block was refused');
      return false;
    } finally {
      late.abort();
    }
  };
  return {
    place: () => {
      record.write('block', { number });
      return inTime(record.store('block', (db) => blockByKey(db, what).then(() => true)));
    },
    undo: () => {
      record.write('unblock', { number });
      return inTime(
        record.store('unblock', (db) => undoBlockByKey(db, what).then(({ kind }) => kind !== 'not-allowed')),
      );
    },
  };
}
