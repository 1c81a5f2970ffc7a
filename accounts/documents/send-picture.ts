import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { consentsOf, giveUpDocument, intendDocument, keepDocument, type DocumentSide } from '#db/documents.ts';
import { reviewOf, type IdentityReview } from '#db/identity-reviews.ts';
import { CONSENT } from './consent.ts';
import type { PictureFault } from './picture.ts';
import type { PictureType } from './picture-kind.ts';
import type { DocumentDeps } from './ports.ts';

export interface SentPicture {
  readonly identityId: string;
  readonly side: DocumentSide;
  readonly bytes: Buffer;
  readonly type: PictureType;
}

export type NotNow =
  /** Nobody agreed yet that pictures are kept, or to another wording. */
  | { readonly kind: 'consent-needed' }
  /** Somebody looks at those that were sent. */
  | { readonly kind: 'in-review' }
  /** It is known who they are: they are asked once (guide row 60). */
  | { readonly kind: 'approved' };

export type PictureSent =
  | { readonly kind: 'kept'; readonly width: number; readonly height: number; readonly sentAt: Date }
  | { readonly kind: 'refused'; readonly fault: PictureFault }
  | NotNow;

/** Whether pictures may be sent now; undefined: they may. */
export async function notNow(db: Database, identityId: string): Promise<NotNow | undefined> {
  const review = await reviewOf(db, identityId);
  const consents = await consentsOf(db, identityId);
  if (!review || !consents.some(({ version }) => version === CONSENT.version)) return { kind: 'consent-needed' };
  return closed(review);
}

const closed = ({ state }: IdentityReview): NotNow | undefined =>
  state === 'in-review' || state === 'approved' ? { kind: state } : undefined;

/**
 * Takes a picture instead of the one of its side before: made anew, encrypted, in storage under a name that nobody guesses, and only then counted. A
 * process that dies in between leaves what the sweeper removes. Throws DocumentsAway, DarkroomBusy, DatabaseUnavailable: nothing has changed then,
 * and it is sent again.
 */
export async function sendPicture(db: Database, deps: DocumentDeps, sent: SentPicture): Promise<PictureSent> {
  const { identityId, side, bytes, type } = sent;
  const refusal = await notNow(db, identityId);
  if (refusal) return refusal;
  const made = await deps.darkroom.remake(bytes, type);
  if (made.kind === 'refused') return made;
  const { jpeg, width, height } = made;
  const id = randomUUID();
  const name = `documents/${randomBytes(32).toString('hex')}`;
  const { encrypted, keyId, sealedKey } = deps.keys.encrypt(id, jpeg);
  const kept = { sha256: createHash('sha256').update(encrypted).digest('hex'), bytes: encrypted.length };
  const place = { ...deps.store.placeOf(name), name };
  await intendDocument(db, { id, identityId, side, ...place, ...{ keyId, sealedKey }, ...kept, width, height, intendedAt: deps.now() }); // prettier-ignore
  try {
    await deps.store.put(name, encrypted);
    const done = await count(db, deps, { id, identityId, side });
    if (done.kind !== 'kept') await giveUpDocument(db, id, deps.now());
    return done.kind === 'kept' ? { kind: 'kept', width, height, sentAt: done.at } : done;
  } catch (error) {
    // It cannot count any more; the sweeper removes whatever of it arrived.
    await giveUpDocument(db, id, deps.now()).catch(() => undefined);
    throw error;
  }
}

interface Stored {
  readonly id: string;
  readonly identityId: string;
  readonly side: DocumentSide;
}

/** Gave up by the sweeper while it was put into storage: it took longer than anything of ours does. */
export class PictureLost extends Error {
  override readonly name = 'PictureLost';
}

async function count(db: Database, { now }: DocumentDeps, stored: Stored) {
  return db.transaction().execute(async (trx): Promise<NotNow | { readonly kind: 'kept'; readonly at: Date }> => {
    const { identityId } = stored;
    const review = await reviewOf(trx, identityId, { lock: true });
    // Submitted while this was on its way: what is looked at is what was submitted.
    const refusal = review ? closed(review) : { kind: 'consent-needed' as const };
    if (refusal) return refusal;
    const at = now();
    if (!(await keepDocument(trx, stored, at))) throw new PictureLost('A picture took too long to be stored.');
    return { kind: 'kept', at };
  });
}
