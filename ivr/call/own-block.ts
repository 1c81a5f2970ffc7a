import { undoBlockByKey } from '#accounts/blocks.ts';
import type { Database } from '#db/connect.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { OwnBlock } from '#flows/call-home/offer.ts';
import type { HomeCallParts } from './home-call.ts';

/**
 * What the called party's key may do: a block of this number (E.164) for this facility (guide rows 13-14). What they are told is so:
 *
 *   placed     it is in the database
 *   promised   the database does not answer in time; it is on disk, and goes to the database when that is back
 *   failed     neither takes it, or a rule refuses it; it is not tried again
 *
 * A block that cannot be taken back in time stands: should the database carry that out after all, it is placed again.
 */
export function ownBlock(
  { platform, record, facility }: Pick<HomeCallParts, 'platform' | 'record' | 'facility'>,
  number: string,
): OwnBlock {
  const { clock, log, terms } = platform;
  const what = { number, facilityId: facility.id, callId: record.callId };
  const withinMs = terms.blockSeconds * 1000;
  const blocked = () => ({ kind: 'blocked', ...what, at: clock.now() }) as const;
  const failed = (error: unknown) => log.error({ call: record.callId, err: error }, 'the block was refused');
  return {
    place: async () => {
      record.write('block', { number });
      try {
        return (await record.noteWithin(withinMs, blocked())) === 'stored' ? 'placed' : 'promised';
      } catch (error) {
        failed(error);
        return 'failed';
      }
    },
    undo: async () => {
      record.write('unblock', { number });
      let undoing = undefined as Promise<unknown> | undefined;
      try {
        const undo = (db: Database) => {
          const lifting = undoBlockByKey(db, what);
          undoing = lifting;
          return lifting;
        };
        return (await record.ask('unblock', undo, withinMs)).kind !== 'not-allowed';
      } catch (error) {
        failed(error);
        if (!isUnavailable(error)) return false;
        // At once, should the process end now; and once more behind the undoing, which may still be on its way.
        const again = blocked();
        const place = () => record.note(again);
        void place();
        void undoing?.then(place, place).catch(() => undefined);
        return false;
      }
    },
  };
}
