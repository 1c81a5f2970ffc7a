import { accountNumberOf } from '#db/account-look-up.ts';
import { addAccountNumber, numbersOf, openAccountsOf, removeAccountNumber } from '#db/account-numbers.ts';
import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { lockNumber, type HolderActor } from '#db/enrolments.ts';
import { mayShare } from '../enrolment/enrol.ts';
import { tell, type TellDeps } from '../enrolment/news.ts';
import type { Sharing } from '../enrolment/order.ts';
import { callableNumber, type NumberRefusal } from './callable-number.ts';

export interface NumberOrder {
  /** Names this request: its notice is sent once. */
  readonly key: string;
  readonly accountId: string;
  /** As it was written. */
  readonly number: string;
  readonly by: HolderActor;
}

export type NumberChangeRefusal =
  | NumberRefusal
  | 'unknown-account'
  | 'account-closed'
  | 'too-many-numbers'
  /** Another open account answers for it, and its holder has not said the passcode, nor has an agent allowed it. */
  | 'number-has-account'
  /** Guide row 39: at least one. */
  | 'last-number';

export type NumberChanging =
  | { readonly kind: 'added' | 'already-there' | 'removed' | 'not-there'; readonly numbers: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: NumberChangeRefusal };

/** "Many allowed" (row 39); more is a mistake, or no household. */
export const MOST_NUMBERS = 20;

type Work = (trx: Database, about: { readonly number: string; readonly numbers: readonly string[] }) => Promise<Done>;
type Done = 'added' | 'already-there' | 'removed' | 'not-there' | NumberChangeRefusal;
const news = { added: 'number-added', removed: 'number-removed' } as const;

/** One after the other for each account: its row is locked. */
async function change(db: Database, deps: TellDeps, order: NumberOrder, work: Work): Promise<NumberChanging> {
  const { accountId, key } = order;
  const parsed = callableNumber(order.number);
  if (parsed.kind === 'refused') return parsed;
  const { number } = parsed;
  return db.transaction().execute(async (trx): Promise<NumberChanging> => {
    const status = await accountStatus(trx, accountId, { lock: true });
    if (status !== 'open') return { kind: 'refused', reason: status ? 'account-closed' : 'unknown-account' };
    const current = async () => (await numbersOf(trx, accountId)).map((authorised) => authorised.number);
    const done = await work(trx, { number, numbers: await current() });
    switch (done) {
      case 'added':
      case 'removed': {
        const account = { id: accountId, number: await accountNumberOf(trx, accountId) };
        await tell(trx, deps, { key: `${news[done]} ${key}`, account, news: { kind: news[done], number } });
        return { kind: done, numbers: await current() };
      }
      case 'already-there':
      case 'not-there':
        return { kind: done, numbers: await current() };
      default:
        return { kind: 'refused', reason: done };
    }
  });
}

/**
 * Authorises one more number; the holder is told. The blocks of a number are the number's: they stay what they are, and adding one places and
 * lifts none. The same again finds it there. Throws DatabaseUnavailable; may be tried again.
 */
export async function addNumber(
  db: Database,
  deps: TellDeps,
  order: NumberOrder & { readonly sharing?: Sharing },
): Promise<NumberChanging> {
  const { accountId, by, sharing } = order;
  return change(db, deps, order, async (trx, { number, numbers }) => {
    if (numbers.includes(number)) return 'already-there';
    if (numbers.length >= MOST_NUMBERS) return 'too-many-numbers';
    await lockNumber(trx, number);
    const at = deps.now();
    const others = await openAccountsOf(trx, number);
    if (others.length > 0 && !mayShare(sharing, { others, by, at })) return 'number-has-account';
    await addAccountNumber(trx, { accountId, number, by, at });
    return 'added';
  });
}

/**
 * Takes a number away, unless it is the last; the holder is told. Its blocks stay, and without an account only an agent lifts them. The same again
 * finds it gone. Throws DatabaseUnavailable; may be tried again.
 */
export async function removeNumber(db: Database, deps: TellDeps, order: NumberOrder): Promise<NumberChanging> {
  const { accountId, by } = order;
  return change(db, deps, order, async (trx, { number, numbers }) => {
    if (!numbers.includes(number)) return 'not-there';
    if (numbers.length === 1) return 'last-number';
    await removeAccountNumber(trx, { accountId, number, by, at: deps.now() });
    return 'removed';
  });
}
