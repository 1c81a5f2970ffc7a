import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { Language } from './people.ts';
import type { DocumentSide, IdentityDocumentTable } from './schema/documents.ts';

export type { DocumentSide } from './schema/documents.ts';

/** A picture: where it lies, and the key that it is encrypted with, sealed. */
export type DocumentPicture = Readonly<Selectable<IdentityDocumentTable>>;

export interface DocumentConsent {
  readonly version: string;
  readonly language: Language;
  readonly wording: string;
  readonly at: Date;
}

/** That somebody agrees that pictures are kept; while they do, the first time counts. */
export async function addConsent(trx: Database, identityId: string, consent: DocumentConsent): Promise<void> {
  await trx
    .insertInto('documentConsent')
    .values({ identityId, ...consent })
    .onConflict((conflict) =>
      conflict.columns(['identityId', 'version', 'language']).where('withdrawnAt', 'is', null).doNothing(),
    )
    .execute();
}

/** They agree no more: what they agreed to, and when, stays. */
export async function withdrawConsents(trx: Database, identityId: string, at: Date): Promise<void> {
  const query = trx.updateTable('documentConsent').set({ withdrawnAt: at }).where('identityId', '=', identityId);
  await query.where('withdrawnAt', 'is', null).execute();
}

/** Those in force, the latest first. */
export async function consentsOf(db: Database, identityId: string): Promise<DocumentConsent[]> {
  const query = db.selectFrom('documentConsent').select(['version', 'language', 'wording', 'at']);
  return query.where('identityId', '=', identityId).where('withdrawnAt', 'is', null).orderBy('at', 'desc').execute();
}

/** Before anything is put into storage: from now on a sweeper knows that something may lie there. */
export async function intendDocument(
  db: Database,
  document: Omit<DocumentPicture, 'identityId' | 'storedAt' | 'endedAt'> & { readonly identityId: string },
): Promise<void> {
  await db.insertInto('identityDocument').values(document).execute();
}

/**
 * It lies in storage, and counts instead of the one of its side before it. The caller holds the review. False: it was given up meanwhile, and may be
 * gone from storage.
 */
export async function keepDocument(
  trx: Database,
  { id, identityId, side }: Pick<DocumentPicture, 'id' | 'side'> & { readonly identityId: string },
  at: Date,
): Promise<boolean> {
  await endDocuments(trx, { identityId, side }, at);
  const kept = await trx
    .updateTable('identityDocument')
    .set({ storedAt: at })
    .where('id', '=', id)
    .where('storedAt', 'is', null)
    .where('endedAt', 'is', null)
    .executeTakeFirst();
  return kept.numUpdatedRows === 1n;
}

/** What counted counts no more, and is removed when the sweeper comes. */
export async function endDocuments(
  trx: Database,
  { identityId, side }: { readonly identityId: string; readonly side?: DocumentSide },
  at: Date,
): Promise<void> {
  let query = trx.updateTable('identityDocument').set({ endedAt: at }).where('identityId', '=', identityId);
  if (side !== undefined) query = query.where('side', '=', side);
  await query.where('storedAt', 'is not', null).where('endedAt', 'is', null).execute();
}

/** One that was never kept is given up. */
export async function giveUpDocument(db: Database, id: string, at: Date): Promise<void> {
  const query = db.updateTable('identityDocument').set({ endedAt: at }).where('id', '=', id);
  await query.where('storedAt', 'is', null).where('endedAt', 'is', null).execute();
}

/** Those that count, of each side at most one. */
export async function documentsOf(db: Database, identityIds: readonly string[]): Promise<DocumentPicture[]> {
  if (identityIds.length === 0) return [];
  const query = db.selectFrom('identityDocument').selectAll().where('identityId', 'in', identityIds);
  return query.where('storedAt', 'is not', null).where('endedAt', 'is', null).orderBy('side').execute();
}

/**
 * Gives up what was intended before `intendedBefore` and never kept: whoever sent it is gone. From then on it cannot be kept any more, so that it may be
 * removed. Returns how many.
 */
export async function giveUpLeftDocuments(db: Database, intendedBefore: Date, at: Date): Promise<number> {
  const query = db.updateTable('identityDocument').set({ endedAt: at }).where('storedAt', 'is', null);
  const { numUpdatedRows } = await query
    .where('endedAt', 'is', null)
    .where('intendedAt', '<', intendedBefore)
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/**
 * Ends pictures whose days are over: of what was decided before `before`, and of what nobody submitted and was sent before then. Those in review stay.
 * Returns how many.
 */
export async function endOldDocuments(db: Database, before: Date, at: Date): Promise<number> {
  const { numAffectedRows } = await sql`
    update identity_document d set ended_at = ${at} from identity_review r
    where r.identity_id = d.identity_id and d.stored_at is not null and d.ended_at is null
      and (r.state in ('approved', 'rejected') and greatest(r.decided_at, d.stored_at) < ${before}
        or r.state = 'open' and d.stored_at < ${before})`.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/**
 * Those that count no more, or whose holder is gone; the oldest first. What was never kept only when it was intended before `intendedBefore`: until then
 * storage may still be writing it.
 */
export const documentsToRemove = (db: Database, intendedBefore: Date, most: number): Promise<DocumentPicture[]> =>
  removableQuery(db, intendedBefore, most).execute();

/** For a look at its plan as well. */
export function removableQuery(db: Database, intendedBefore: Date, most: number) {
  const query = db.selectFrom('identityDocument').selectAll();
  return query
    .where((eb) => eb.or([eb('endedAt', 'is not', null), eb('identityId', 'is', null)]))
    .where((eb) => eb.or([eb('storedAt', 'is not', null), eb('intendedAt', '<', intendedBefore)]))
    .orderBy('intendedAt')
    .limit(most);
}

/** Nothing lies in storage under its name any more. */
export async function forgetDocument(db: Database, id: string): Promise<void> {
  await db.deleteFrom('identityDocument').where('id', '=', id).execute();
}

/** Those whose keys are sealed under another key than this. */
export const documentsSealedElse = (db: Database, keyId: string, most: number): Promise<DocumentPicture[]> =>
  sealedElseQuery(db, keyId, most).execute();

/** For a look at its plan as well: of an index what is below and what is above is looked up, and what is not the same is not. */
export function sealedElseQuery(db: Database, keyId: string, most: number) {
  const query = db.selectFrom('identityDocument').selectAll();
  return query
    .where((eb) => eb.or([eb('keyId', '<', keyId), eb('keyId', '>', keyId)]))
    .where('endedAt', 'is', null)
    .limit(most);
}

/** Its key is sealed under another one. */
export async function sealAnew(
  db: Database,
  id: string,
  from: string,
  sealed: Pick<DocumentPicture, 'keyId' | 'sealedKey'>,
): Promise<void> {
  await db.updateTable('identityDocument').set(sealed).where('id', '=', id).where('keyId', '=', from).execute();
}
