import fc from 'fast-check';
import { expect, test } from 'vitest';
import { luhn } from '../cards/card-number.ts';
import { typedNumber, type TypedNumber } from './typed-number.ts';

const phone = (number: string): TypedNumber => ({ kind: 'phone', number });
const account = (number: string): TypedNumber => ({ kind: 'account-number', number });
const mistyped = (why: Extract<TypedNumber, { kind: 'mistyped' }>['why']): TypedNumber => ({ kind: 'mistyped', why });

test.each<[string, TypedNumber]>([
  ['1234567897', account('1234567897')],
  ['1234-567-897', account('1234567897')],
  ['1000000008', account('1000000008')],
  ['1234567896', mistyped('check-digit')],
  ['1243567897', mistyped('check-digit')],
  ['2135550142', phone('+12135550142')],
  ['(213) 555-0142', phone('+12135550142')],
  ['12135550142', phone('+12135550142')],
  ['+12135550142', phone('+12135550142')],
  ['+525512345678', phone('+525512345678')],
  ['011525512345678', phone('+525512345678')],
  ['+50761234567', phone('+50761234567')],
  ['', mistyped('too-short')],
  ['*#', mistyped('too-short')],
  ['5550142', mistyped('too-short')],
  ['123456789', mistyped('too-short')],
  ['+52', mistyped('too-short')],
  ['121355501421', mistyped('too-long')],
  ['0111234567890123456', mistyped('too-long')],
  ['0135550142', mistyped('no-such-number')],
  ['2130550142', mistyped('no-such-number')],
  ['22135550142', mistyped('no-such-number')],
  ['8005550142', mistyped('no-such-number')],
  ['+9991234567', mistyped('no-such-number')],
])('"%s" is %j', (text, read) => {
  expect(typedNumber(text)).toEqual(read);
});

const accountNumbers = fc.integer({ min: 100_000_000, max: 199_999_999 }).map((nine) => {
  const check = [...'0123456789'].find((digit) => luhn(`${nine}${digit}`)) ?? '';
  return `${nine}${check}`;
});

test('one digit heard wrong, and two neighbours swapped, are noticed, and are never another account', () => {
  fc.assert(
    fc.property(
      accountNumbers,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      (number, place, step) => {
        expect(typedNumber(number)).toEqual(account(number));
        const digits = [...number];
        const heard = digits.with(place, String((Number(digits[place]) + step) % 10)).join('');
        expect(typedNumber(heard)).toEqual(mistyped('check-digit'));
        const [one = '', other = ''] = [digits[place - 1], digits[place]];
        const swapped = digits
          .with(place - 1, other)
          .with(place, one)
          .join('');
        // Luhn does not see 09 for 90; with the first digit it is no account number any more.
        if (one !== other && place > 1 && !['09', '90'].includes(one + other))
          expect(typedNumber(swapped)).toEqual(mistyped('check-digit'));
      },
    ),
  );
});

test('whatever is typed is read as something, and nothing throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[+0-9*# ()-]{0,25}$/)), (text) => {
      const read = typedNumber(text);
      if (read.kind === 'phone') expect(read.number).toMatch(/^\+[1-9][0-9]{1,14}$/);
      if (read.kind === 'account-number') expect(luhn(read.number)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
