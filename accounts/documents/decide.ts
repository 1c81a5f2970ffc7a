import type { Database } from '#db/connect.ts';
import { decideReview, reviewOf, type IdentityReview, type ReviewDecision } from '#db/identity-reviews.ts';
import type { DocumentDeps } from './ports.ts';
import { tell } from './submit.ts';

export interface Deciding {
  readonly identityId: string;
  readonly staffId: string;
  /** Of the review as it was seen. */
  readonly version: number;
  readonly decision: ReviewDecision;
}

export type Decided =
  | { readonly kind: 'decided'; readonly before: IdentityReview; readonly review: IdentityReview }
  | { readonly kind: 'unknown' }
  /** Somebody has decided, or sent something else, since. */
  | { readonly kind: 'changed'; readonly review: IdentityReview }
  | { readonly kind: 'not-in-review'; readonly review: IdentityReview };

/** Somebody of the staff decides who somebody is, of what they saw; whoever it is of is told. In the caller's transaction. Throws DatabaseUnavailable. */
export async function decideDocuments(
  trx: Database,
  deps: Pick<DocumentDeps, 'now' | 'notify'>,
  { identityId, staffId, version, decision }: Deciding,
): Promise<Decided> {
  const before = await reviewOf(trx, identityId, { lock: true });
  if (!before || before.submittedAt === null) return { kind: 'unknown' };
  if (before.version !== version) return { kind: 'changed', review: before };
  if (before.state !== 'in-review') return { kind: 'not-in-review', review: before };
  await decideReview(trx, identityId, decision, { by: staffId, at: deps.now() });
  await tell(
    trx,
    deps,
    identityId,
    decision.state === 'approved'
      ? { kind: 'documents-approved' }
      : { kind: 'documents-rejected', reasons: decision.reasons },
  );
  const review = await reviewOf(trx, identityId);
  return { kind: 'decided', before, review: review ?? before };
}
