import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detailsRefusal, isCvv, isPostalCode, wipe, type CardDetails } from './card-details.ts';
import { luhn, readCardNumber } from './card-number.ts';
import { expiryRefusal, hasExpired, parseExpiry } from './expiry.ts';
import { Secret } from './secret.ts';

const at = new Date('2026-05-15T12:00:00Z');

/** The front with its check digit. */
const withCheckDigit = (front: string) =>
  front + [...'0123456789'].find((digit) => luhn(front + digit)); // prettier-ignore

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));

test('one wrong digit, or two neighbours changed over, is caught', () => {
  fc.assert(
    fc.property(digits(15), fc.nat(15), fc.integer({ min: 1, max: 9 }), fc.nat(14), (front, place, shift, swap) => {
      const sound = withCheckDigit(front);
      expect(luhn(sound)).toBe(true);
      const changed = [...sound];
      changed[place] = String((Number(changed[place]) + shift) % 10);
      expect(luhn(changed.join(''))).toBe(false);
      const [a = '', b = ''] = sound.slice(swap, swap + 2);
      const swapped = sound.slice(0, swap) + b + a + sound.slice(swap + 2);
      // Luhn does not see 09 for 90.
      if (a !== b && a + b !== '09' && a + b !== '90') expect(luhn(swapped)).toBe(false);
    }),
  );
});

test.each([
  ['4', 'visa'],
  ['51', 'mastercard'],
  ['55', 'mastercard'],
  ['2221', 'mastercard'],
  ['2720', 'mastercard'],
  ['50', 'card-not-accepted'],
  ['56', 'card-not-accepted'],
  ['2220', 'card-not-accepted'],
  ['2721', 'card-not-accepted'],
  ['34', 'card-not-accepted'],
  ['6011', 'card-not-accepted'],
  ['3528', 'card-not-accepted'],
])('numbers that begin with %s: %s', (prefix, expected) => {
  for (const fill of ['0', '5', '9']) {
    const read = readCardNumber(withCheckDigit(prefix.padEnd(15, fill)));
    expect(read.kind === 'card' ? read.brand : read.reason).toBe(expected);
  }
});

test('a Visa has 13, 16 or 19 digits, a Mastercard 16', () => {
  const taken = (prefix: string) =>
    [12, 13, 14, 15, 16, 17, 18, 19, 20].filter(
      (length) => readCardNumber(withCheckDigit(prefix.padEnd(length - 1, '1'))).kind === 'card',
    );
  expect(taken('4')).toEqual([13, 16, 19]);
  expect(taken('52')).toEqual([16]);
});

test('what is not digits only is no card number, and no text throws', () => {
  for (const text of ['', '4242 4242 4242 4242', '4242-4242-4242-4242', '424242424242424', '٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢'])
    expect(readCardNumber(text)).toEqual({ kind: 'refused', reason: 'invalid-number' });
  fc.assert(fc.property(fc.string(), (text) => readCardNumber(text).kind.length > 0));
});

test('a card is good to the last moment of its month in US Pacific time', () => {
  const may = { expiryMonth: 5, expiryYear: 2026 };
  expect(hasExpired(may, new Date('2026-06-01T06:59:59Z'))).toBe(false); // 23:59:59 PDT
  expect(hasExpired(may, new Date('2026-06-01T07:00:00Z'))).toBe(true);
  const december = { expiryMonth: 12, expiryYear: 2026 };
  expect(hasExpired(december, new Date('2027-01-01T07:59:59Z'))).toBe(false); // 23:59:59 PST
  expect(hasExpired(december, new Date('2027-01-01T08:00:00Z'))).toBe(true);
});

test.each([
  [5, 2026, undefined],
  [4, 2026, 'expired'],
  [12, 2025, 'expired'],
  [5, 2046, undefined],
  [6, 2046, 'invalid-expiry'],
  [0, 2027, 'invalid-expiry'],
  [13, 2027, 'invalid-expiry'],
  [1.5, 2027, 'invalid-expiry'],
  [1, 27, 'invalid-expiry'],
  [NaN, 2027, 'invalid-expiry'],
])('month %s of %s is %s in May 2026', (expiryMonth, expiryYear, expected) => {
  expect(expiryRefusal({ expiryMonth, expiryYear }, at)).toBe(expected);
});

test('an expiry is read as it is keyed or written', () => {
  const april = { expiryMonth: 4, expiryYear: 2027 };
  expect(['0427', '04/27', '04 / 2027', '042027'].map(parseExpiry)).toEqual([april, april, april, april]);
  expect(['', '427', '1327', '0027', '04-27', '04/1927'].map(parseExpiry)).toEqual(Array(6).fill(undefined));
});

test('a CVV has three digits, a postal code five or nine', () => {
  expect(['123', '000', '12', '1234', '12a', ''].filter(isCvv)).toEqual(['123', '000']);
  expect(
    ['94103', '94103-1234', '00501', '00000', '9410', '941030', '94103-12', 'SW1A 1AA'].filter(isPostalCode),
  ).toEqual(['94103', '94103-1234', '00501']);
});

const card = (over: Partial<CardDetails> = {}): CardDetails => ({
  number: new Secret('4242424242424242'),
  cvv: new Secret('987'),
  expiryMonth: 4,
  expiryYear: 2027,
  postalCode: '94103',
  ...over,
});

test('a card is refused for the first thing that is wrong with it', () => {
  expect(detailsRefusal(card(), at)).toBeUndefined();
  expect(detailsRefusal(card({ number: new Secret('4242424242424241') }), at)).toBe('invalid-number');
  expect(detailsRefusal(card({ number: new Secret('378282246310005') }), at)).toBe('card-not-accepted');
  expect(detailsRefusal(card({ expiryYear: 2025 }), at)).toBe('expired');
  expect(detailsRefusal(card({ cvv: new Secret('98') }), at)).toBe('invalid-cvv');
  expect(detailsRefusal(card({ postalCode: '' }), at)).toBe('invalid-postal-code');
});

test('a card shows neither number nor CVV, however it is printed', () => {
  const shown = [card(), new Error('x', { cause: card() }), { deep: { er: [card()] } }].flatMap((value) => [
    inspect(value, { depth: null, showHidden: true, customInspect: true }),
    inspect(value, { depth: null, showHidden: true, customInspect: false }),
    JSON.stringify(value),
    String(card().number) + String(card().cvv),
  ]);
  for (const text of shown) expect(text).not.toMatch(/4242|987|52, ?52|34 32/);
});

test('wiping ends the bytes, the ones handed over too', () => {
  const keyed = Buffer.from('4242424242424242');
  const wiped = card({ number: new Secret(keyed) });
  wipe(wiped);
  expect(keyed.every((byte) => byte === 0)).toBe(true);
  expect(wiped.cvv.reveal()).toBe('\0\0\0');
});
