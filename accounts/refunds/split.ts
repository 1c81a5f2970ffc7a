import type { RefundSource } from '#db/refund-sources.ts';

export interface CardShare {
  readonly depositId: string;
  readonly brand: string;
  readonly lastFour: string;
  readonly cents: number;
}

export interface Split {
  /** The card last used first. */
  readonly cards: readonly CardShare[];
  /** 0: none. */
  readonly chequeCents: number;
}

/**
 * `cents` back to where they came from: "the payment source last used" (guide row 50) first, then the one before. A card takes what is left of
 * the payment; what came by other ways, and what no payment explains, goes by cheque (row 51). Sources: the last first.
 */
export function split(cents: number, sources: readonly RefundSource[]): Split {
  const cards: CardShare[] = [];
  let left = cents;
  let chequeCents = 0;
  for (const source of sources) {
    const share = Math.min(left, Math.max(0, source.leftCents));
    if (share === 0) continue;
    left -= share;
    if (source.kind === 'other') chequeCents += share;
    else {
      const { depositId, brand, lastFour } = source;
      cards.push({ depositId, brand, lastFour, cents: share });
    }
  }
  return { cards, chequeCents: chequeCents + left };
}
