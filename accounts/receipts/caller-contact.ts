import type { Database } from '#db/connect.ts';
import { profileOf } from '#db/profiles.ts';
import { usMobile } from '../funding/mobile.ts';
import type { Contact } from '../notices/contact.ts';

/** The number that calls, if it is a real one of the United States that may have texts: E.164. What else a caller shows is nobody's. */
export function textableCaller(callingNumber: string | undefined): string | undefined {
  const mobile = callingNumber === undefined ? undefined : usMobile(callingNumber);
  return mobile?.kind === 'mobile' ? mobile.number : undefined;
}

/** Who paid for an account without a contact is told at the number they called from, in the account's language. */
export async function callerContact(
  db: Database,
  accountId: string,
  callingNumber: string | undefined,
): Promise<Contact | undefined> {
  if (callingNumber === undefined) return undefined;
  const { profile } = await profileOf(db, accountId);
  return { language: profile.language, mobile: callingNumber };
}
