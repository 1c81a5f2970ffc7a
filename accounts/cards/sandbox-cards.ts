import type { DeclineReason, Funding } from './gateway.ts';

/** How the sandbox treats a card: a charge is taken, declined with a reason, or its answer is lost after or before the money moved. */
export type SandboxBehaviour = 'approve' | 'answer-lost' | 'never-arrives' | DeclineReason;

interface TestCard {
  readonly behaviour: SandboxBehaviour;
  readonly funding: Funding;
  /** Refused already when it is to be tokenised. */
  readonly refusedAtOnce?: boolean;
}

/** Numbers that no bank issues; the first seven mean the same at Stripe (https://docs.stripe.com/testing). Any other is approved. */
const cards: Readonly<Record<string, TestCard>> = {
  '4242424242424242': { behaviour: 'approve', funding: 'credit' },
  '5200828282828210': { behaviour: 'approve', funding: 'debit' },
  '5105105105105100': { behaviour: 'approve', funding: 'prepaid' },
  '4000000000009995': { behaviour: 'insufficient-funds', funding: 'credit' },
  '4000000000000069': { behaviour: 'expired', funding: 'credit' },
  '4000000000000127': { behaviour: 'wrong-cvv', funding: 'credit' },
  '4000000000000002': { behaviour: 'declined', funding: 'credit' },
  '4000000000000119': { behaviour: 'try-later', funding: 'credit', refusedAtOnce: true },
  '4000000000006009': { behaviour: 'answer-lost', funding: 'credit' },
  '4000000000007007': { behaviour: 'never-arrives', funding: 'credit' },
};

/** `number` in ASCII: no text is made of what somebody typed. */
export function sandboxCardOf(number: Uint8Array): TestCard {
  const [, card] = Object.entries(cards).find(([known]) => Buffer.from(known).equals(number)) ?? [];
  return card ?? { behaviour: 'approve', funding: 'unknown' };
}
