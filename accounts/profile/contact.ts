import type { Database } from '#db/connect.ts';
import { latestPlan, type NoticeChannels } from '#db/funding.ts';
import { profileOf } from '#db/profiles.ts';
import { only, type Contact, type Where } from '../notices/contact.ts';

interface Choice {
  readonly language: 'en' | 'es';
  readonly notices: NoticeChannels;
  readonly mobile?: string | null | undefined;
  readonly email?: string | null | undefined;
}

/** By the channels that were chosen. An address that was not chosen is there to fall back on. */
export function contactIn({ language, notices, mobile, email }: Choice): Contact {
  const texts = notices === 'text' || notices === 'both';
  const mails = notices === 'e-mail' || notices === 'both';
  const address = email ?? undefined;
  return {
    language,
    ...only({ mobile: texts ? (mobile ?? undefined) : undefined, email: mails ? address : undefined }),
    ...(!mails && address !== undefined && { spareEmail: address }),
  };
}

/** Every way there is, also the e-mail address that was not chosen. */
export const addressesIn = ({ mobile, email, spareEmail }: Contact): Where =>
  only({ mobile, email: email ?? spareEmail });

const isReached = ({ mobile, email }: Where): boolean => mobile !== undefined || email !== undefined;

/**
 * By the profile; where no channel was chosen in it, by what the holder chose for AutoPay and TextPay. Undefined: nobody can be told anything.
 */
export async function contactOf(db: Database, accountId: string): Promise<Contact | undefined> {
  const { version, profile } = await profileOf(db, accountId);
  const contact = contactIn(profile);
  if (isReached(contact)) return contact;
  const plan = await latestPlan(db, accountId);
  const language = version === 0 && plan ? plan.language : contact.language;
  const byPlan = plan && contactIn({ ...plan, language });
  return [byPlan, contact].find((way) => way && isReached(addressesIn(way)));
}
