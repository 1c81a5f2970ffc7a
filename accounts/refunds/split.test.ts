import type { RefundSource } from '#db/refund-sources.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { split } from './split.ts';

const card = (depositId: string, leftCents: number): RefundSource => ({
  ...{ kind: 'card', depositId, brand: 'visa', lastFour: '4242', leftCents },
});
const other = (leftCents: number): RefundSource => ({ kind: 'other', leftCents });

const short = (cents: number, ...sources: RefundSource[]) => {
  const { cards, chequeCents } = split(cents, sources);
  return [...cards.map((share) => `${share.depositId} ${share.cents}`), `cheque ${chequeCents}`];
};

test('the card last used first, then the one before, and what no payment explains by cheque', () => {
  expect(short(1_000, card('new', 2_000), card('old', 500))).toEqual(['new 1000', 'cheque 0']);
  expect(short(2_300, card('new', 2_000), card('old', 500))).toEqual(['new 2000', 'old 300', 'cheque 0']);
  expect(short(3_000, card('new', 2_000), card('old', 500))).toEqual(['new 2000', 'old 500', 'cheque 500']);
});

test('when a cheque or a money order was used last, that much goes by cheque first', () => {
  expect(short(1_500, other(1_000), card('old', 2_000))).toEqual(['old 500', 'cheque 1000']);
  expect(short(800, other(1_000), card('old', 2_000))).toEqual(['cheque 800']);
});

test('a card that has been given all of its payment back takes nothing', () => {
  expect(short(700, card('new', 0), card('old', 500))).toEqual(['old 500', 'cheque 200']);
  expect(short(0, card('new', 500))).toEqual(['cheque 0']);
  // Nor does one of which more was taken back than was paid.
  expect(short(700, card('new', -100), card('old', 500))).toEqual(['old 500', 'cheque 200']);
});

test('every cent goes somewhere, none twice, and no card is given more than is left of its payment', () => {
  const sources = fc.array(fc.tuple(fc.boolean(), fc.nat(10_000)));
  fc.assert(
    fc.property(fc.nat(100_000), sources, (cents, made) => {
      const all = made.map(([isCard, left], n) => (isCard ? card(String(n), left) : other(left)));
      const { cards, chequeCents } = split(cents, all);
      expect(cards.reduce((sum, share) => sum + share.cents, chequeCents)).toBe(cents);
      for (const share of cards) {
        expect(share.cents).toBeGreaterThan(0);
        expect(share.cents).toBeLessThanOrEqual(all[Number(share.depositId)]?.leftCents ?? 0);
      }
    }),
  );
});
