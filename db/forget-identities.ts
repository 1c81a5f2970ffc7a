import type { Database } from './connect.ts';
import { forgetRemoved } from './remove-identity.ts';
import { forgetImages } from './verification-images.ts';

const DAY_MS = 24 * 3_600_000;
/** How long a session that is over, and guesses that nobody added to, are kept to be looked at. Milliseconds. */
const KEPT_MS = 30 * DAY_MS;

/**
 * Forgets what is good for nothing any more: registrations and proofs that expired, tokens, sessions long over, guesses and counts. A refresh token that
 * was used stays as long as its session: that it comes again must be noticed. Returns how many rows.
 */
export async function forgetIdentityLeavings(db: Database, at: Date): Promise<number> {
  const long = new Date(at.getTime() - KEPT_MS);
  const over = [
    await db.deleteFrom('signUp').where('expiresAt', '<=', at).executeTakeFirst(),
    // Mails to an address are counted for an hour.
    await db
      .deleteFrom('mailProof')
      .where('expiresAt', '<=', new Date(at.getTime() - DAY_MS))
      .executeTakeFirst(),
    // Texts are counted for a day.
    await db
      .deleteFrom('numberProof')
      .where('expiresAt', '<=', new Date(at.getTime() - DAY_MS))
      .executeTakeFirst(),
    await db.deleteFrom('accessToken').where('expiresAt', '<=', at).executeTakeFirst(),
    await db
      .deleteFrom('identitySession')
      .where((eb) => eb.or([eb('expiresAt', '<=', long), eb('endedAt', '<=', long)]))
      .executeTakeFirst(),
    await db.deleteFrom('rateWindow').where('closesAt', '<=', at).executeTakeFirst(),
    await db.deleteFrom('identityGuess').where('guessedAt', '<=', long).executeTakeFirst(),
  ];
  const [images, removed] = [await forgetImages(db, at), await forgetRemoved(db)];
  return over.reduce((sum, { numDeletedRows }) => sum + Number(numDeletedRows), images + removed);
}
