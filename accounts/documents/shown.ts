import type { Database } from '#db/connect.ts';
import { documentsOf, type DocumentPicture, type DocumentSide } from '#db/documents.ts';
import { reviewOf, type RejectionReason } from '#db/identity-reviews.ts';
import { DocumentsAway, type DocumentDeps } from './ports.ts';

/** How far it is with who somebody is, as they are told. */
export interface Identification {
  /** none: nothing was sent; open: pictures are being sent. */
  readonly state: 'none' | 'open' | 'in-review' | 'approved' | 'rejected';
  readonly reasons?: readonly RejectionReason[];
}

export async function identificationOf(db: Database, identityId: string): Promise<Identification> {
  const review = await reviewOf(db, identityId);
  if (!review) return { state: 'none' };
  const { state, reasons } = review;
  return { state, ...(reasons && { reasons }) };
}

/** The picture of one side that counts; undefined: there is none. */
export const pictureOf = async (
  db: Database,
  identityId: string,
  side: DocumentSide,
): Promise<DocumentPicture | undefined> =>
  (await documentsOf(db, [identityId])).find((picture) => picture.side === side);

/** The picture itself, a JPEG. Throws DocumentsAway, DocumentKeyMissing. */
export async function decrypted({ keys, store }: DocumentDeps, picture: DocumentPicture): Promise<Buffer> {
  const { id, name, location, bytes, sha256 } = picture;
  // Stored before the settings changed: what lies under this name now is not known to be it.
  if (store.placeOf(name).location !== location)
    throw new DocumentsAway('A picture lies in another storage than the one that is set.');
  return keys.decrypt(id, await store.get(name, { bytes, sha256 }), picture);
}
