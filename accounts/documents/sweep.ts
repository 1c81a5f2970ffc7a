import type { Database } from '#db/connect.ts';
import * as documents from '#db/documents.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { DocumentKeys } from './keys.ts';
import type { DocumentStore } from './ports.ts';

/** How long a picture may take from its row to storage and back, milliseconds: twice what storage may take for the largest. */
export const LEFT_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;
const BATCH = 200;

/** The part of pino's logger that is used here. */
interface Log {
  info(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface SweepDeps {
  readonly db: Database;
  readonly now: () => Date;
  readonly keys: DocumentKeys;
  readonly store: Pick<DocumentStore, 'placeOf' | 'remove'>;
  /** How long pictures are kept after what was decided of them. */
  readonly keptDays: number;
  readonly log: Log;
}

export interface DocumentSweep {
  /** Pictures whose days are over. */
  readonly ended: number;
  /** Pictures whose process died before they counted. */
  readonly left: number;
  /** Removed from storage and from here. */
  readonly removed: number;
  /** Whose key is sealed under the current one now. */
  readonly sealed: number;
  /** On which a step failed; the next round tries again. */
  readonly failed: number;
}

/** One round: ends what is over, removes what counts no more, and seals keys anew after a rotation. May die anywhere and be done again. Throws DatabaseUnavailable. */
export async function sweepDocuments(deps: SweepDeps): Promise<DocumentSweep> {
  const { db, now, store, keys, keptDays, log } = deps;
  const at = now();
  const ago = (ms: number) => new Date(at.getTime() - ms);
  const left = await documents.giveUpLeftDocuments(db, ago(LEFT_MS), at);
  const ended = await documents.endOldDocuments(db, ago(keptDays * DAY_MS), at);
  let [removed, sealed, failed] = [0, 0, 0];
  const attempt = async (document: string, what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (isUnavailable(error)) throw error;
      failed++;
      log.error({ err: error, document }, `${what} failed; it is tried again`);
    }
  };
  for (const { id, name, location } of await documents.documentsToRemove(db, ago(LEFT_MS), BATCH))
    await attempt(id, 'removing a picture', async () => {
      if (store.placeOf(name).location !== location)
        throw new Error('It lies in another storage than the one that is set.');
      await store.remove(name);
      await documents.forgetDocument(db, id);
      removed++;
    });
  for (const picture of await documents.documentsSealedElse(db, keys.current, BATCH))
    await attempt(picture.id, 'sealing the key of a picture anew', async () => {
      await documents.sealAnew(db, picture.id, picture.keyId, keys.sealAnew(picture.id, picture));
      sealed++;
    });
  if (removed + sealed > 0)
    log.info({ ended, left, removed, sealed }, 'pictures of identity documents were looked after');
  return { ended, left, removed, sealed, failed };
}
