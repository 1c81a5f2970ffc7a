import { isEmail } from '../profile/email.ts';

/** An address as it was typed, and as it is found: whatever its case, however its letters are composed (guide row 53). Undefined: it is none. */
export function emailOf(typed: string): { readonly email: string; readonly key: string } | undefined {
  const email = typed.trim().normalize('NFKC');
  return isEmail(email) && !/\p{C}/u.test(email) ? { email, key: email.toLowerCase() } : undefined;
}

/** How what was typed for an address is looked up and counted. What is none is nobody's, and goes to no database: it may have a NUL in it. */
export const emailKeyOf = (typed: string): string => emailOf(typed)?.key ?? 'no address';
