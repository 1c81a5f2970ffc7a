import {
  addCard,
  currentCard,
  lockAccountOfCard,
  removeCurrentCard,
  type NewSavedCard,
  type SavedCard,
} from '#db/cards.ts';
import type { Database } from '#db/connect.ts';
import { agreementAt, agreements, type Agreement } from './agreement.ts';
import { expiryRefusal } from './expiry.ts';
import type { TokenisedCard } from './gateway.ts';

export type CardRefusalCode =
  | 'unknown-account'
  | 'account-closed'
  | 'agreement-not-current'
  | 'card-expired'
  | 'already-saved'
  | 'no-card'
  /** AutoPay or TextPay pays with it: turn that off first, or replace the card. */
  | 'card-in-use';

/** The card is not saved, changed or removed: nothing was written. */
export class CardRefusal extends Error {
  override readonly name = 'CardRefusal';
  readonly code: CardRefusalCode;

  constructor(code: CardRefusalCode) {
    super(`The card is refused: ${code}.`);
    this.code = code;
  }
}

export interface SavedCardDeps {
  readonly db: Database;
  readonly now: () => Date;
  readonly agreements?: readonly Agreement[];
}

export interface CardToSave {
  readonly accountId: string;
  readonly card: TokenisedCard;
  /** What the holder agreed to, and when; the text in force at that moment counts. */
  readonly agreement: { readonly version: string; readonly at: Date };
  readonly channel: NewSavedCard['channel'];
}

/** How long an agreement may be old when the card is saved: one visit, one call. Milliseconds. */
const AGREEMENT_MS = 60 * 60_000;

/** Saves an account's first card. Throws CardRefusal; 'already-saved': replaceCard() is what is meant. */
export async function saveCard(deps: SavedCardDeps, order: CardToSave): Promise<SavedCard> {
  return change(deps, order.accountId, async (trx) => {
    if (await currentCard(trx, order.accountId)) throw new CardRefusal('already-saved');
    return addCard(trx, rowOf(deps, order));
  });
}

/**
 * Puts another card, or the same one with a new expiry, in the place of the account's card. What pays with the card (AutoPay, TextPay) pays
 * with the new one from then on. Throws CardRefusal; 'no-card': saveCard() is what is meant.
 */
export async function replaceCard(deps: SavedCardDeps, order: CardToSave): Promise<SavedCard> {
  return change(deps, order.accountId, async (trx) => {
    const row = rowOf(deps, order);
    if (!(await removeCurrentCard(trx, order.accountId, row.savedAt))) throw new CardRefusal('no-card');
    return addCard(trx, row);
  });
}

/**
 * Removes the account's card, of a closed account too. `inUse` is asked in the transaction, with the account locked. Throws CardRefusal
 * 'no-card', 'card-in-use', 'unknown-account'.
 */
export async function removeCard(
  { db, now }: SavedCardDeps,
  accountId: string,
  inUse: (trx: Database, accountId: string) => Promise<boolean>,
): Promise<SavedCard> {
  return db.transaction().execute(async (trx) => {
    if ((await lockAccountOfCard(trx, accountId)) === undefined) throw new CardRefusal('unknown-account');
    if (await inUse(trx, accountId)) throw new CardRefusal('card-in-use');
    const removed = await removeCurrentCard(trx, accountId, now());
    if (!removed) throw new CardRefusal('no-card');
    return removed;
  });
}

function change<T>({ db }: SavedCardDeps, accountId: string, work: (trx: Database) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    const open = await lockAccountOfCard(trx, accountId);
    if (open === undefined) throw new CardRefusal('unknown-account');
    if (!open) throw new CardRefusal('account-closed');
    return work(trx);
  });
}

function rowOf({ now, agreements: texts = agreements }: SavedCardDeps, order: CardToSave): NewSavedCard {
  const { accountId, card, agreement, channel } = order;
  const savedAt = now();
  const age = savedAt.getTime() - agreement.at.getTime();
  const agreed = agreementAt(agreement.at, texts);
  if (agreed?.version !== agreement.version || !(age >= 0 && age <= AGREEMENT_MS))
    throw new CardRefusal('agreement-not-current');
  if (expiryRefusal(card, savedAt) !== undefined) throw new CardRefusal('card-expired');
  const { token, brand, lastFour, expiryMonth, expiryYear, funding } = card;
  const kept = { token, brand, lastFour, expiryMonth, expiryYear, funding };
  return { accountId, ...kept, agreementVersion: agreement.version, agreedAt: agreement.at, channel, savedAt };
}
