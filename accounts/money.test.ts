import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AUTO_PAY, autoPayAmountOf, cents, DEPOSIT, depositOf, formatDollars, parseDollars, within } from './money.ts';

const amount = (value: number) => ({ kind: 'amount', cents: value });
const refused = (reason: string) => ({ kind: 'refused', reason });

test.each([
  ['25', 2500],
  ['25.5', 2550],
  ['25.50', 2550],
  ['25.500', 2550],
  ['$25.05', 2505],
  [' 0.07 ', 7],
  ['1,000.00', 100_000],
  ['007', 700],
])('%s is %i cents', (text, value) => {
  expect(parseDollars(text)).toEqual(amount(value));
});

test.each([
  ['', 'not-an-amount'],
  ['.', 'not-an-amount'],
  ['.50', 'not-an-amount'],
  ['25.', 'not-an-amount'],
  ['1e3', 'not-an-amount'],
  ['0x20', 'not-an-amount'],
  ['25,50', 'not-an-amount'],
  ['1,0000', 'not-an-amount'],
  ['٢٥', 'not-an-amount'],
  ['NaN', 'not-an-amount'],
  ['-5', 'negative'],
  ['25.005', 'fraction-of-a-cent'],
  ['25.001', 'fraction-of-a-cent'],
  ['99999999999', 'above-maximum'],
])('"%s" is refused: %s', (text, reason) => {
  expect(parseDollars(text)).toEqual(refused(reason));
});

test('a deposit is $2.00 to $100.00, both included', () => {
  expect(['1.99', '2.00', '2.01', '99.99', '100', '100.01', '2.005'].map(depositOf)).toEqual([
    refused('below-minimum'),
    amount(200),
    amount(201),
    amount(9999),
    amount(10_000),
    refused('above-maximum'),
    refused('fraction-of-a-cent'),
  ]);
});

test('AutoPay takes whole dollars, $5 to $100, both included', () => {
  expect(['4', '5', '5.00', '5.50', '100', '101'].map(autoPayAmountOf)).toEqual([
    refused('below-minimum'),
    amount(500),
    amount(500),
    refused('not-whole-dollars'),
    amount(10_000),
    refused('above-maximum'),
  ]);
});

test('every amount of cents reads back as it was written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000_000_000 }), (value) => {
      expect(parseDollars(formatDollars(cents(value)))).toEqual(amount(value));
    }),
    { numRuns: 2_000 },
  );
});

test('no text makes it throw, and what is taken is a safe whole number of cents within the limits', () => {
  const digits = fc.stringMatching(/^[-$]?[0-9,]{0,6}\.?[0-9]{0,5}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), digits), (text) => {
      for (const [parse, limits] of [
        [depositOf, DEPOSIT],
        [autoPayAmountOf, AUTO_PAY],
      ] as const) {
        const parsed = parse(text);
        if (parsed.kind === 'refused') continue;
        expect(Number.isSafeInteger(parsed.cents)).toBe(true);
        expect(parsed.cents).toBeGreaterThanOrEqual(limits.minCents);
        expect(parsed.cents).toBeLessThanOrEqual(limits.maxCents);
        if (limits.wholeDollars) expect(parsed.cents % 100).toBe(0);
      }
    }),
    { numRuns: 5_000 },
  );
});

test('a number from a request is taken only as whole cents within the limits', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      const whole = Number.isInteger(value) && value >= 200 && value <= 10_000;
      expect(within(DEPOSIT, value).kind).toBe(whole ? 'amount' : 'refused');
    }),
  );
  expect([NaN, Infinity, -1, 200.5, -0.5].map((value) => within(DEPOSIT, value))).toEqual([
    refused('not-an-amount'),
    refused('not-an-amount'),
    refused('negative'),
    refused('fraction-of-a-cent'),
    refused('negative'),
  ]);
  expect(() => cents(0.1)).toThrow(RangeError);
});

test('amounts are written with two decimals and their sign', () => {
  expect([cents(5), cents(-5), cents(10_050), cents(0)].map(formatDollars)).toEqual([
    '0.05',
    '-0.05',
    '100.50',
    '0.00',
  ]);
});
