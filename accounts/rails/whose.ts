import { accountByNumber } from '#db/account-look-up.ts';
import type { Database } from '#db/connect.ts';
import { keepOpen } from '#db/deposits.ts';
import type { SuspenseReason } from '#db/payments.ts';
import { readAccountNumber } from '../numbers/account-number.ts';

export type Whose =
  | { readonly kind: 'account'; readonly accountId: string }
  /** Why the money cannot be brought to an account. */
  | { readonly kind: 'nobody'; readonly why: Exclude<SuspenseReason, 'below-minimum' | 'above-maximum'> };

/** As people write it in a memo: '100 000-0008', 'Acct# 1000000008'. */
const WRITTEN = /^(?:(?:acct|account|cuenta|no|number)\b[.:#]?\s*|#\s*)*([\d -]+)$/i;

const nobody = (why: Extract<Whose, { kind: 'nobody' }>['why']): Whose => ({ kind: 'nobody', why });

/**
 * Whose account the memo names (guide row 35: the account number in the memo). Found, it is open, and stays so until the transaction ends.
 * Nothing is guessed: a number with a wrong digit belongs to nobody.
 */
export async function whose(trx: Database, memo: string): Promise<Whose> {
  if (memo.trim() === '') return nobody('no-account-number');
  const number = WRITTEN.exec(memo.trim())?.[1]?.replace(/[ -]/g, '') ?? '';
  const read = readAccountNumber(number);
  if (read === 'no-account-number') return nobody('not-an-account-number');
  if (read === 'wrong-check-digit') return nobody(read);
  const accountId = (await accountByNumber(trx, number))?.id;
  if (accountId === undefined) return nobody('unknown-account');
  return (await keepOpen(trx, accountId)) ? { kind: 'account', accountId } : nobody('account-closed');
}
