import type { Database } from '#db/connect.ts';
import { addConsent } from '#db/documents.ts';
import { openReview } from '#db/identity-reviews.ts';
import type { Language } from '#db/people.ts';
import { CONSENT } from './consent.ts';
import type { DocumentDeps } from './ports.ts';

/** What somebody agreed to, as it was shown to them. */
export interface Agreed {
  readonly identityId: string;
  readonly version: string;
  readonly language: Language;
}

/** Somebody agrees that pictures are kept; again changes nothing. 'outdated': not to the wording in force. Throws DatabaseUnavailable. */
export async function giveConsent(
  db: Database,
  { now }: Pick<DocumentDeps, 'now'>,
  { identityId, version, language }: Agreed,
): Promise<'given' | 'outdated'> {
  if (version !== CONSENT.version) return 'outdated';
  await db.transaction().execute(async (trx) => {
    await addConsent(trx, identityId, { version, language, wording: CONSENT.wordings[language], at: now() });
    await openReview(trx, identityId);
  });
  return 'given';
}
