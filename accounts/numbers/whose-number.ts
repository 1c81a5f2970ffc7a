import { accountByNumber, accountsOfNumber, type FoundAccount } from '#db/account-look-up.ts';
import type { Database } from '#db/connect.ts';
import { typedNumber, type Mistake } from './typed-number.ts';

export type Whose =
  /** At least one: the open ones first, then those closed last. */
  | {
      readonly kind: 'found';
      readonly by: 'account-number' | 'phone';
      readonly accounts: readonly [FoundAccount, ...FoundAccount[]];
    }
  /** Rightly typed, but nobody's. `number`: as it is known. */
  | { readonly kind: 'nobody'; readonly by: 'account-number' | 'phone'; readonly number: string }
  | { readonly kind: 'mistyped'; readonly why: Mistake };

/**
 * The accounts of a telephone number or of an account number, as somebody typed it or as the network says who calls (E.164). Knowing a number proves
 * nothing: money and blocks need the passcode as well. Throws DatabaseUnavailable.
 */
export async function whoseNumber(db: Database, typed: string): Promise<Whose> {
  const read = typedNumber(typed);
  if (read.kind === 'mistyped') return read;
  const { kind: by, number } = read;
  const one = by === 'account-number' ? await accountByNumber(db, number) : undefined;
  const [first, ...rest] = by === 'phone' ? await accountsOfNumber(db, number) : one ? [one] : [];
  return first ? { kind: 'found', by, accounts: [first, ...rest] } : { kind: 'nobody', by, number };
}
