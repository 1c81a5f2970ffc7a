import { expect, test } from 'vitest';
import { isWhole, typedAddress } from './address.tsx';
import { actsFor, asks, isChequeNumber } from './acts.ts';

test('a check is mailed once it is printed, and comes to an end once it was mailed', () => {
  expect(actsFor({ state: 'needs-address', inQuestion: false })).toEqual(['address']);
  expect(actsFor({ state: 'queued', inQuestion: false })).toEqual(['address']);
  expect(actsFor({ state: 'printing', inQuestion: false })).toEqual(['mailed']);
  expect(actsFor({ state: 'mailed', inQuestion: false })).toEqual(['cashed', 'returned', 'stale']);
  for (const state of ['cashed', 'stale', 'stopped'] as const)
    expect(actsFor({ state, inQuestion: false })).toEqual([]);
});

test('one whose payment bounced is decided about, whatever its state', () => {
  expect(actsFor({ state: 'queued', inQuestion: true })).toEqual(['decision']);
  expect(actsFor({ state: 'mailed', inQuestion: true })).toEqual(['decision']);
});

test('what is set aside or decided has a reason', () => {
  expect(asks.stale).toEqual(['number', 'reason']);
  expect(asks.decision).toContain('reason');
});

test('the number of a check is digits alone', () => {
  expect(['1001', ' 7 ', '', '12a', '1'.repeat(21)].map(isChequeNumber)).toEqual([true, true, false, false, false]);
});

test('an address is whole without a second line, and not without anything else', () => {
  const to = { payee: 'Maria Lopez', address: { lines: ['1 Main St'], city: 'Fresno', state: 'CA', postalCode: '93650', country: 'US' } }; // prettier-ignore
  const whole = typedAddress(to);
  expect(whole).toMatchObject({ payee: 'Maria Lopez', line1: '1 Main St', line2: '', city: 'Fresno' });
  expect(isWhole(whole)).toBe(true);
  for (const field of ['payee', 'line1', 'city', 'state', 'postalCode', 'country'])
    expect(isWhole({ ...whole, [field]: ' ' }), field).toBe(false);
  expect(isWhole({ ...whole, country: 'USA' })).toBe(false);
  expect(isWhole(typedAddress(undefined))).toBe(false);
});
