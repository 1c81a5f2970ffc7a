import { sql, type Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { IdentityReviewTable, RejectionReason, ReviewState } from './schema/documents.ts';

export type { RejectionReason, ReviewState } from './schema/documents.ts';

/** How far it is with who somebody is. */
export type IdentityReview = Readonly<Selectable<IdentityReviewTable>>;

/** `lock`: nobody else changes it until the transaction ends. */
export async function reviewOf(
  db: Database,
  identityId: string,
  { lock = false } = {},
): Promise<IdentityReview | undefined> {
  const query = db.selectFrom('identityReview').selectAll().where('identityId', '=', identityId);
  return (lock ? query.forNoKeyUpdate() : query).executeTakeFirst();
}

/** There is one from now on, if there was none. */
export async function openReview(trx: Database, identityId: string): Promise<void> {
  await trx
    .insertInto('identityReview')
    .values({
      identityId,
      state: 'open',
      submittedAt: null,
      decidedAt: null,
      decidedBy: null,
      reasons: null,
      note: null,
    })
    .onConflict((conflict) => conflict.column('identityId').doNothing())
    .execute();
}

/** It waits for somebody to decide. The caller holds it. */
export async function submitReview(trx: Database, identityId: string, at: Date): Promise<void> {
  await trx
    .updateTable('identityReview')
    .set({ state: 'in-review', submittedAt: at, decidedAt: null, decidedBy: null, reasons: null, note: null })
    .set({ version: sql<number>`version + 1` })
    .where('identityId', '=', identityId)
    .execute();
}

export type ReviewDecision =
  | { readonly state: 'approved' }
  | { readonly state: 'rejected'; readonly reasons: readonly RejectionReason[]; readonly note?: string | undefined };

/** The caller holds it, and it is in review. `by`: one of the staff; null: the policy. */
export async function decideReview(
  trx: Database,
  identityId: string,
  decision: ReviewDecision,
  { by, at }: { readonly by: string | null; readonly at: Date },
): Promise<void> {
  const rejected = decision.state === 'rejected';
  await trx
    .updateTable('identityReview')
    .set({ state: decision.state, decidedAt: at, decidedBy: by, version: sql<number>`version + 1` })
    .set({ reasons: rejected ? JSON.stringify(decision.reasons) : null, note: (rejected && decision.note) || null })
    .where('identityId', '=', identityId)
    .execute();
}

/** A review with who it is of: what a picture is compared with. */
export interface ListedReview extends IdentityReview {
  readonly firstName: string;
  readonly lastName: string;
  readonly addressLine1: string;
  readonly addressLine2: string | null;
  readonly city: string;
  readonly region: string;
  readonly postalCode: string;
  readonly country: string;
  readonly language: 'en' | 'es';
  readonly deciderName: string | null;
}

const listed = (db: Database) =>
  db
    .selectFrom('identityReview as review')
    .innerJoin('identity', 'identity.id', 'review.identityId')
    .leftJoin('staff', 'staff.id', 'review.decidedBy')
    .selectAll('review')
    .select(['firstName', 'lastName', 'addressLine1', 'addressLine2', 'city', 'region', 'postalCode', 'country'])
    .select(['identity.language', 'staff.name as deciderName']);

export interface WhichReviews {
  readonly state: Exclude<ReviewState, 'open'>;
  /** The last of the page before. */
  readonly after?: { readonly at: Date; readonly id: string } | undefined;
  readonly most: number;
}

/** Those in one state, the one submitted first first. */
export async function listedReviews(db: Database, { state, after, most }: WhichReviews): Promise<ListedReview[]> {
  let query = listed(db).where('review.state', '=', state).where('submittedAt', 'is not', null);
  if (after !== undefined)
    query = query.where((eb) => eb(eb.refTuple('submittedAt', 'identityId'), '>', eb.tuple(after.at, after.id)));
  return query.orderBy('submittedAt').orderBy('identityId').limit(most).execute();
}

/** One that was submitted. */
export const listedReview = (db: Database, identityId: string): Promise<ListedReview | undefined> =>
  listed(db).where('identityId', '=', identityId).where('submittedAt', 'is not', null).executeTakeFirst();
