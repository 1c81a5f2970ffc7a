import { agreementAt } from '#accounts/cards/agreement.ts';
import { hasExpired } from '#accounts/cards/expiry.ts';
import { CardRefusal, removeCard } from '#accounts/cards/saved-card.ts';
import { keepCard } from '#accounts/household/pay.ts';
import { currentCard, type SavedCard } from '#db/cards.ts';
import { fundingPlan } from '#db/funding.ts';
import { read } from '../problem.ts';
import { refuseCard } from './deposits.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { accountQuery, mine, ok, result, type FamilyRoute } from './route.ts';

const told = (card: SavedCard, at: Date) => {
  const { brand, lastFour, expiryMonth, expiryYear, funding, savedAt } = card;
  return { brand, lastFour, expiryMonth, expiryYear, funding, savedAt, expired: hasExpired(card, at) };
};

/** The saved card (guide rows 34, 48): seen only if it was saved, and replaced. */
export const cardRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: '/v1/account/cards',
    summary: 'The saved card, and the payment agreement that saving one needs',
    door: 'family',
    limit: 'look',
    query: accountQuery,
    answers: { 200: resources.cards },
    problems: [404, 409, 429],
    async run(db, house, asked) {
      const { id } = mine(asked);
      const at = house.identity.now();
      const [card, agreement] = [await currentCard(db, id), agreementAt(at)];
      return ok({
        cards: card ? [told(card, at)] : [],
        ...(agreement && { agreement: { version: agreement.version, ...agreement.text } }),
      });
    },
  },
  {
    method: 'PUT',
    path: '/v1/account/card',
    summary: 'Saves a card that was given on the card processor’s page, in the place of the one there is',
    door: 'family',
    limit: 'pay',
    query: accountQuery,
    body: resources.cardSaving,
    answers: { 200: resources.savedCard },
    problems: [404, 409, 422, 429],
    async run(db, house, asked) {
      const { token, agreementVersion: version } = read('body', resources.cardSaving, asked.body);
      const { id: accountId } = mine(asked, { open: true });
      const { now } = house.identity;
      if (agreementAt(now())?.version !== version) throw refuse('agreement-outdated');
      const found = await house.cards.cardOf(token);
      if (found.kind === 'refused') throw refuseCard(found.reason);
      const done = await keepCard({ db, now }, { accountId, card: found, version });
      if (done !== 'saved') throw refuse(done);
      const kept = await currentCard(db, accountId);
      if (!kept) throw refuse('card-missing');
      return ok(told(kept, now()));
    },
  },
  {
    method: 'DELETE',
    path: '/v1/account/card',
    summary: 'Forgets the saved card, unless AutoPay or TextPay pays with it',
    door: 'family',
    limit: 'change',
    query: accountQuery,
    answers: { 200: resources.result('removed') },
    problems: [404, 409, 429],
    async run(db, house, asked) {
      const { id } = mine(asked);
      const inUse = async (trx: typeof db, accountId: string) => (await fundingPlan(trx, accountId)) !== undefined;
      try {
        await removeCard({ db, now: house.identity.now }, id, inUse);
      } catch (error) {
        if (!(error instanceof CardRefusal)) throw error;
        throw refuse(error.code === 'card-in-use' ? 'card-in-use' : 'card-missing');
      }
      return result('removed');
    },
  },
];
