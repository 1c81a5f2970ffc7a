import fc from 'fast-check';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readCardNumber } from '#accounts/cards/card-number.ts';
import { expiryRefusal } from '#accounts/cards/expiry.ts';
import { brandOf, isWholeNumber, luhn, numberRefusal, postalCodeEntry, readExpiry } from './card.ts';
import { SecretDigits } from './secret-digits.ts';

const typed = (digits: string): SecretDigits => {
  const into = new SecretDigits();
  for (const digit of digits) into.press(digit);
  return into;
};

describe('secret digits', () => {
  it('are kept as bytes, and are zeroes when wiped, in whatever was made of them', () => {
    const into = typed('4242');
    const { bytes } = into;
    expect([...bytes]).toEqual([52, 50, 52, 50]);
    into.wipe();
    expect([...bytes]).toEqual([0, 0, 0, 0]);
    expect(into.length).toBe(0);
    expect(into.lastFour()).toBe('');
  });

  it('are not seen by who logs, serialises or prints them', () => {
    const into = typed('4000123412341234');
    for (const shown of [inspect({ into }), JSON.stringify({ into }), `${into.toString()}`]) {
      expect(shown).toContain('[secret]');
      expect(shown).not.toMatch(/\d/);
    }
  });

  it('take digits and nothing else, and no more than they have room for', () => {
    const into = typed('1*#A١ 22\u0000');
    expect([...into.bytes]).toEqual([49, 50, 50]);
    for (const digit of '9'.repeat(200)) into.press(digit);
    expect(into.full).toBe(true);
    expect(into.length).toBe(24);
  });

  it('show the last four at most', () => {
    expect(typed('4000123412341239').lastFour()).toBe('1239');
    expect(typed('12').lastFour()).toBe('12');
    expect(() => typed('4000123412341239').prefix(7)).toThrow(RangeError);
  });
});

describe('the brand, as a number is typed', () => {
  it.each([
    ['', undefined],
    ['4', 'visa'],
    ['5', undefined],
    ['50', 'other'],
    ['51', 'mastercard'],
    ['55', 'mastercard'],
    ['56', 'other'],
    ['222', undefined],
    ['2220', 'other'],
    ['2221', 'mastercard'],
    ['2720', 'mastercard'],
    ['2721', 'other'],
    ['34', 'other'],
    ['6', 'other'],
    ['0', 'other'],
  ] as const)('%s', (digits, brand) => {
    expect(brandOf(typed(digits))).toBe(brand);
  });
});

describe('a card number', () => {
  it.each([
    ['4242424242424242', true, undefined],
    ['4242424242424241', false, 'mistyped'],
    ['424242424242424', false, 'mistyped'],
    ['5200828282828210', true, undefined],
    ['2223003122003222', true, undefined],
    ['4222222222222', false, undefined],
    ['4000000000000000006', true, undefined],
    ['5200828282828', false, 'mistyped'],
    ['378282246310005', false, 'not-accepted'],
    ['3', false, 'not-accepted'],
    ['6', false, 'not-accepted'],
    ['6011111111111117', true, 'not-accepted'],
    ['0', true, 'not-accepted'],
    ['4', false, 'mistyped'],
  ] as const)('%s', (digits, whole, refusal) => {
    expect(isWholeNumber(typed(digits))).toBe(whole);
    expect(numberRefusal(typed(digits))).toBe(refusal);
  });

  it('is judged as the rules of the accounts judge it', () => {
    const numbers = fc
      .tuple(
        fc.constantFrom('4', '51', '55', '2221', '2720', '2721', '50', '56', '37', '6'),
        fc.integer({ min: 13, max: 19 }),
        fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 19, maxLength: 19 }),
      )
      .map(([prefix, length, rest]) => withCheckDigit((prefix + rest).slice(0, length - 1)));
    fc.assert(
      fc.property(numbers, (number) => {
        const judged = readCardNumber(number);
        expect(numberRefusal(typed(number)) === undefined).toBe(judged.kind === 'card');
        if (judged.kind === 'card') expect(brandOf(typed(number))).toBe(judged.brand);
        expect(luhn(typed(number))).toBe(true);
      }),
    );
  });
});

function withCheckDigit(digits: string): string {
  for (let check = 0; check < 10; check++) if (luhn(typed(`${digits}${check}`))) return `${digits}${check}`;
  throw new Error('no digit fits');
}

describe('an expiry', () => {
  const now = { year: 2026, month: 11 };
  it.each([
    ['1126', { year: 2026, month: 11 }],
    ['0427', { year: 2027, month: 4 }],
    ['042027', { year: 2027, month: 4 }],
    ['1146', { year: 2046, month: 11 }],
    ['1246', 'mistyped'],
    ['1026', 'expired'],
    ['1225', 'expired'],
    ['1327', 'mistyped'],
    ['0027', 'mistyped'],
    ['427', 'mistyped'],
    ['0420', 'expired'],
    ['041927', 'mistyped'],
    ['04*27', 'mistyped'],
  ])('%s', (digits, expected) => {
    expect(readExpiry(digits, now)).toEqual(expected);
  });

  it('is judged as the rules of the accounts judge it', () => {
    const noon = new Date('2026-11-28T20:00:00Z');
    for (let month = 1; month <= 12; month++)
      for (let year = 21; year <= 60; year++) {
        const read = readExpiry(`${String(month).padStart(2, '0')}${year}`, now);
        const refusal = expiryRefusal({ expiryMonth: month, expiryYear: 2000 + year }, noon);
        expect(typeof read === 'object').toBe(refusal === undefined);
        expect(read === 'expired').toBe(refusal === 'expired');
      }
  });
});

it('a postal code is five digits, and not all zeroes', async () => {
  for (const [digits, kind] of [
    ['95814', 'value'],
    ['00000', 'wrong'],
    ['9581', 'wrong'],
    ['9581*', 'wrong'],
  ] as const)
    expect((await postalCodeEntry.read(digits)).kind).toBe(kind);
});
