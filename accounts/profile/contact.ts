import type { Database } from '#db/connect.ts';
import { latestPlan } from '#db/funding.ts';
import { profileOf, type Profile } from '#db/profiles.ts';

/** How a holder is told things: in which language, and where. */
export interface Contact {
  readonly language: 'en' | 'es';
  readonly mobile?: string;
  readonly email?: string;
}

/** Texts where they are wanted; e-mail wherever there is an address. */
export function contactIn({ language, notices, mobile, email }: Profile): Contact {
  const texts = mobile !== null && (notices === 'text' || notices === 'both');
  return { language, ...(texts && { mobile }), ...(email !== null && { email }) };
}

export const isReached = ({ mobile, email }: Contact): boolean => mobile !== undefined || email !== undefined;

/** By the profile; without any way in it, by what the holder gave for AutoPay and TextPay. Undefined: cannot be told anything. */
export async function contactOf(db: Database, accountId: string): Promise<Contact | undefined> {
  const { version, profile } = await profileOf(db, accountId);
  const contact = contactIn(profile);
  if (isReached(contact)) return contact;
  const plan = await latestPlan(db, accountId);
  if (!plan) return undefined;
  const { mobile, email } = plan;
  const language = version === 0 ? plan.language : contact.language;
  return { language, ...(mobile !== undefined && { mobile }), ...(email !== undefined && { email }) };
}
