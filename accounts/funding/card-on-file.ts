import { currentCard } from '#db/cards.ts';
import { hasExpired } from '../cards/expiry.ts';
import type { FundingDeps } from './ports.ts';

/** The card that AutoPay and TextPay charge: the account's saved one, if it is in date at that moment. */
export const cardOnFile: FundingDeps['cardOf'] = async (db, accountId, at) => {
  const card = await currentCard(db, accountId);
  if (!card) return { kind: 'none' };
  if (hasExpired(card, at)) return { kind: 'expired' };
  const { token, brand, lastFour } = card;
  return { kind: 'card', card: { token, brand, lastFour } };
};
