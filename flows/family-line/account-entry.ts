import type { Entry } from '../menu/entry.ts';
import { isWholePhoneNumber } from '../menu/phone-number.ts';
import { prompt } from '../prompt.ts';
import type { Account, Accounts } from './ports.ts';

/** An account, by its own number or by a phone number of its holder's. */
export const accountEntry = (accounts: Pick<Accounts, 'find'>): Entry<Account> => ({
  ask: [prompt('who.number')],
  max: 16,
  complete: isWholePhoneNumber,
  read: async (typed) => {
    const account = await accounts.find(typed);
    return account ? { kind: 'value', value: account } : { kind: 'wrong', say: prompt('who.unknown') };
  },
});
