import { addCard, currentCard, endCard, lockAccountCard } from '#db/cards.ts';
import type { Database } from '#db/connect.ts';
import { agreementAt } from './agreement.ts';
import { hasExpired } from './expiry.ts';
import type { CardToken } from './gateway.ts';

export type Saving =
  /** `replaced` is the token of the card before; have the gateway forget it. */
  | { readonly kind: 'saved'; readonly replaced?: string }
  | { readonly kind: 'refused'; readonly reason: 'agreement-not-current' | 'expired' | 'unknown-account' };

export interface Agreed {
  readonly version: string;
  readonly at: Date;
  readonly by: 'web' | 'phone-line' | 'agent';
}

/** Saves a kept card as the account's only one. Needs the agreement in force when it was agreed to and still in force `at`. */
export async function saveCard(
  db: Database,
  save: { readonly accountId: string; readonly card: CardToken; readonly agreed: Agreed; readonly at: Date },
): Promise<Saving> {
  const { accountId, card, agreed, at } = save;
  const current = agreementAt(at);
  if (current?.version !== agreed.version || agreed.at < current.from || agreed.at > at)
    return { kind: 'refused', reason: 'agreement-not-current' };
  if (hasExpired(card, at)) return { kind: 'refused', reason: 'expired' };
  return db.transaction().execute(async (trx): Promise<Saving> => {
    if (!(await lockAccountCard(trx, accountId))) return { kind: 'refused', reason: 'unknown-account' };
    const before = await currentCard(trx, accountId);
    if (before?.token === card.token) return { kind: 'saved' };
    await endCard(trx, accountId, at);
    const { token, brand, lastFour, expiryMonth, expiryYear, funding } = card;
    const { version: agreementVersion, at: agreedAt, by: agreedBy } = agreed;
    const words = { agreementVersion, agreedAt, agreedBy, savedAt: at };
    await addCard(trx, { accountId, token, brand, lastFour, expiryMonth, expiryYear, funding, ...words });
    return { kind: 'saved', ...(before && { replaced: before.token }) };
  });
}

export type Removing = { readonly kind: 'removed'; readonly token: string } | { readonly kind: 'none' | 'in-use' };

/** Removes the account's card unless AutoPay or TextPay stands on it: `standsOnIt` is asked in the same transaction, the account locked. */
export async function removeCard(
  db: Database,
  remove: { readonly accountId: string; readonly at: Date; standsOnIt(trx: Database): Promise<boolean> },
): Promise<Removing> {
  return db.transaction().execute(async (trx): Promise<Removing> => {
    await lockAccountCard(trx, remove.accountId);
    if (!(await currentCard(trx, remove.accountId))) return { kind: 'none' };
    if (await remove.standsOnIt(trx)) return { kind: 'in-use' };
    const ended = await endCard(trx, remove.accountId, remove.at);
    return ended ? { kind: 'removed', token: ended.token } : { kind: 'none' };
  });
}

/** What a person is shown of the saved card: guide row 48. */
export async function shownCard(
  db: Database,
  accountId: string,
  at: Date,
): Promise<(Omit<CardToken, 'token' | 'funding'> & { readonly expired: boolean }) | undefined> {
  const card = await currentCard(db, accountId);
  if (!card) return undefined;
  const { brand, lastFour, expiryMonth, expiryYear } = card;
  return { brand, lastFour, expiryMonth, expiryYear, expired: hasExpired(card, at) };
}
