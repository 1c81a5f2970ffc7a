import type { CardBrand } from './card-number.ts';
import type { CardRefusal, Funding } from './gateway.ts';

/** What a test card does when it is charged; a card that is to be kept is asked for a first time when it is kept. */
export type Behaviour =
  | { readonly kind: 'approves' }
  | { readonly kind: 'declines'; readonly reason: CardRefusal; readonly when: 'asked' | 'charged' }
  /** The outcome of a first charge is unknown; the money was taken, or was not. */
  | { readonly kind: 'loses-answer'; readonly captured: boolean };

export interface TestCard {
  readonly behaviour: string;
  readonly brand: CardBrand;
  readonly funding: Funding;
}

const declines = (reason: CardRefusal, when: 'asked' | 'charged' = 'asked'): Behaviour => ({
  kind: 'declines',
  reason,
  when,
});

export const behaviours: Readonly<Record<string, Behaviour>> = {
  approve: { kind: 'approves' },
  'insufficient-funds': declines('insufficient-funds'),
  expired: declines('expired'),
  'wrong-cvv': declines('wrong-cvv'),
  decline: declines('declined'),
  'decline-later': declines('declined', 'charged'),
  duplicate: declines('duplicate', 'charged'),
  'timeout-after-capture': { kind: 'loses-answer', captured: true },
  'timeout-before-capture': { kind: 'loses-answer', captured: false },
};

/** Numbers no bank issues. Stripe publishes all but the last three (docs.stripe.com/testing), and they do the same there. */
export const testCards: Readonly<Record<string, TestCard>> = {
  '4242424242424242': { behaviour: 'approve', brand: 'visa', funding: 'credit' },
  '4000056655665556': { behaviour: 'approve', brand: 'visa', funding: 'debit' },
  '5555555555554444': { behaviour: 'approve', brand: 'mastercard', funding: 'credit' },
  '2223003122003222': { behaviour: 'approve', brand: 'mastercard', funding: 'credit' },
  '5200828282828210': { behaviour: 'approve', brand: 'mastercard', funding: 'debit' },
  '5105105105105100': { behaviour: 'approve', brand: 'mastercard', funding: 'prepaid' },
  '4000000000009995': { behaviour: 'insufficient-funds', brand: 'visa', funding: 'credit' },
  '4000000000000069': { behaviour: 'expired', brand: 'visa', funding: 'credit' },
  '4000000000000127': { behaviour: 'wrong-cvv', brand: 'visa', funding: 'credit' },
  '4000000000000002': { behaviour: 'decline', brand: 'visa', funding: 'credit' },
  '4000000000000341': { behaviour: 'decline-later', brand: 'visa', funding: 'credit' },
  '4000000000000911': { behaviour: 'duplicate', brand: 'visa', funding: 'credit' },
  '4000000000000929': { behaviour: 'timeout-after-capture', brand: 'visa', funding: 'credit' },
  '4000000000000937': { behaviour: 'timeout-before-capture', brand: 'visa', funding: 'credit' },
};
