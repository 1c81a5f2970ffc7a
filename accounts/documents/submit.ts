import type { Database } from '#db/connect.ts';
import { documentsOf, type DocumentSide } from '#db/documents.ts';
import { identityOf } from '#db/identities.ts';
import { decideReview, reviewOf, submitReview } from '#db/identity-reviews.ts';
import type { DocumentDeps } from './ports.ts';

export const sides = ['front', 'back', 'photo'] as const satisfies readonly DocumentSide[];

export type Submitted =
  /** Also when it was before. */
  | { readonly kind: 'in-review' | 'approved' }
  | { readonly kind: 'consent-needed' }
  /** What is missing; of pictures that were rejected at least one must be another. */
  | { readonly kind: 'incomplete'; readonly missing: readonly (DocumentSide | 'nothing-new')[] };

/**
 * All three pictures are there: somebody decides, or, where the policy is so, they are approved at once, since each was checked as it came and the
 * e-mail address is proven. Again: nothing. Throws DatabaseUnavailable.
 */
export async function submitDocuments(db: Database, deps: DocumentDeps, identityId: string): Promise<Submitted> {
  return db.transaction().execute(async (trx): Promise<Submitted> => {
    const review = await reviewOf(trx, identityId, { lock: true });
    if (!review) return { kind: 'consent-needed' };
    const { state, decidedAt } = review;
    if (state === 'in-review' || state === 'approved') return { kind: state };
    const pictures = await documentsOf(trx, [identityId]);
    const missing = sides.filter((side) => !pictures.some((picture) => picture.side === side));
    if (missing.length > 0) return { kind: 'incomplete', missing };
    if (state === 'rejected' && !pictures.some(({ storedAt }) => storedAt && decidedAt && storedAt > decidedAt))
      return { kind: 'incomplete', missing: ['nothing-new'] };
    const at = deps.now();
    await submitReview(trx, identityId, at);
    if (deps.review === 'manual') return { kind: 'in-review' };
    const identity = await identityOf(trx, { id: identityId });
    if (!identity || identity.emailVerifiedAt > at) return { kind: 'in-review' };
    await decideReview(trx, identityId, { state: 'approved' }, { by: null, at });
    await tell(trx, deps, identityId, { kind: 'documents-approved' });
    return { kind: 'approved' };
  });
}

/** Tells whoever it is of what was decided, in the transaction of the decision; once for each version of the review. */
export async function tell(
  trx: Database,
  { notify }: Pick<DocumentDeps, 'notify'>,
  identityId: string,
  news: Parameters<DocumentDeps['notify']>[1]['news'],
): Promise<void> {
  const identity = await identityOf(trx, { id: identityId });
  const review = await reviewOf(trx, identityId);
  if (!identity || !review) return;
  const { email, language } = identity;
  await notify(trx, { key: `documents ${identityId} ${review.version}`, language, to: { email }, news });
}
