import type { Database } from '#db/connect.ts';
import { countText } from '#db/funding.ts';
import { hasOptedOut } from '#db/text-opt-outs.ts';

/** Where somebody is told things, by their own choice: there is an address for each channel they want, and for no other. */
export interface Contact {
  readonly language: 'en' | 'es';
  /** US, E.164. */
  readonly mobile?: string;
  readonly email?: string;
  /** They want texts, and this is where news goes when there are no more to be had. */
  readonly spareEmail?: string;
}

/** Undefined: nobody can be told anything. */
export type ContactOf = (db: Database, accountId: string) => Promise<Contact | undefined>;

type Addresses = { readonly mobile?: string | undefined; readonly email?: string | undefined };
export type Where = { readonly mobile?: string; readonly email?: string };

/**
 * Where news goes that is no answer to what the holder did: by text as long as this month has texts left for the mobile and it has not opted
 * out (guide row 45: five a month, whatever they tell), else by e-mail if there is an address. Counts the text, so it is called once for each
 * notice, in the transaction that writes it.
 */
export async function withinMonth(
  trx: Database,
  to: Addresses & { readonly spareEmail?: string | undefined },
  at: Date,
): Promise<Where> {
  const { mobile, email, spareEmail } = to;
  if (mobile === undefined) return only({ email });
  const texted = !(await hasOptedOut(trx, mobile)) && (await countText(trx, mobile, at));
  return only(texted ? { mobile, email } : { email: email ?? spareEmail });
}

/** Without the addresses that are not there. */
export const only = ({ mobile, email }: Addresses): Where => ({
  ...(mobile !== undefined && { mobile }),
  ...(email !== undefined && { email }),
});
