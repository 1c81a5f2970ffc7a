import { whoseNumber } from '#accounts/numbers/whose-number.ts';
import type { FoundAccount } from '#db/account-look-up.ts';
import type { Database } from '#db/connect.ts';
import type { Account } from '#flows/family-line/ports.ts';

/** One open account, or none: between several only a typed account number can choose. */
export function theOpenOne(accounts: readonly FoundAccount[]): Account | undefined {
  const [open, ...others] = accounts.filter(({ status }) => status === 'open');
  return open && others.length === 0 ? { id: open.id } : undefined;
}

/** By a phone number or an account number, as it was typed. */
export async function accountTyped(db: Database, typed: string): Promise<Account | undefined> {
  const whose = await whoseNumber(db, typed);
  return whose.kind === 'found' ? theOpenOne(whose.accounts) : undefined;
}
