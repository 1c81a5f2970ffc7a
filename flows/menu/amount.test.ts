import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountEntry, readAmount } from './amount.ts';

const limits = { minCents: 200, maxCents: 10_000 };

describe('an amount as people type it', () => {
  it.each([
    ['25', 2_500],
    ['25*', 2_500],
    ['25*5', 2_550],
    ['25*50', 2_550],
    ['25*05', 2_505],
    ['2', 200],
    ['2*00', 200],
    ['100', 10_000],
    ['100*00', 10_000],
    ['2550', 2_550],
    ['10000', 10_000],
    ['250', 250],
    ['025', 2_500],
    ['99*99', 9_999],
    ['1', undefined],
    ['1*99', undefined],
    ['100*01', undefined],
    ['101', undefined],
    ['10001', undefined],
    ['0', undefined],
    ['00', undefined],
    ['', undefined],
    ['*50', undefined],
    ['25**5', undefined],
    ['25*505', undefined],
    ['250000', undefined],
  ])('%s', (typed, cents) => {
    expect(readAmount(typed, limits)).toBe(cents);
  });

  it('is never beyond the limits, whatever is typed', () => {
    const keys = fc.string({ unit: fc.constantFrom(...'0123456789*'), maxLength: 12 });
    fc.assert(
      fc.property(keys, (typed) => {
        const cents = readAmount(typed, limits);
        if (cents === undefined) return;
        expect(Number.isInteger(cents)).toBe(true);
        expect(cents).toBeGreaterThanOrEqual(200);
        expect(cents).toBeLessThanOrEqual(10_000);
      }),
    );
  });

  it('is complete with its cents, and no sooner', () => {
    const { complete } = amountEntry(limits);
    expect(['2', '25', '2550', '25*', '25*5'].map(complete)).not.toContain(true);
    expect(complete('25*50')).toBe(true);
  });

  it('names the limits when it is beyond them', async () => {
    expect(await amountEntry(limits).read('500')).toMatchObject({ kind: 'value', value: 500 });
    expect(await amountEntry(limits).read('101')).toMatchObject({
      kind: 'wrong',
      say: { key: 'amount.between', values: { amount: { cents: 200 }, most: { cents: 10_000 } } },
    });
  });
});
