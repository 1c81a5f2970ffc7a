import type { Database } from '#db/connect.ts';
import { endDocuments, withdrawConsents } from '#db/documents.ts';
import { dropReview, reviewOf } from '#db/identity-reviews.ts';
import type { DocumentDeps } from './ports.ts';

/**
 * Somebody takes back that pictures are kept: they count no more, the sweeper removes them, and nobody looks at them any more. What was approved stays
 * approved: it was known who they are. Again: nothing. Throws DatabaseUnavailable.
 */
export async function withdrawDocuments(
  db: Database,
  { now }: Pick<DocumentDeps, 'now'>,
  identityId: string,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const review = await reviewOf(trx, identityId, { lock: true });
    const at = now();
    await withdrawConsents(trx, identityId, at);
    await endDocuments(trx, { identityId }, at);
    if (review && review.state !== 'approved') await dropReview(trx, identityId);
  });
}
