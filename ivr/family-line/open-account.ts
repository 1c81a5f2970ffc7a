import type { FoundAccount } from '#db/account-look-up.ts';
import type { Account } from '#flows/family-line/ports.ts';

/** One open account, or none: between several only a typed account number can choose. */
export function theOpenOne(accounts: readonly FoundAccount[]): Account | undefined {
  const [open, ...others] = accounts.filter(({ status }) => status === 'open');
  return open && others.length === 0 ? { id: open.id } : undefined;
}
