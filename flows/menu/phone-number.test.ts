import { expect, it } from 'vitest';
import { isWholePhoneNumber, looksDialled } from './phone-number.ts';

it.each(['2135550142', '12135550142', '911', '411', '011442079460000'])('%s is what somebody dials', (typed) => {
  expect(looksDialled(typed)).toBe(true);
});

it.each([
  '',
  '4821',
  '482193',
  '1234567',
  '0000000000',
  '1135550142',
  '48219377',
  '213555014',
  '21355501421',
  '011',
  '2135550142*',
])('%s may be a PIN', (typed) => {
  expect(looksDialled(typed)).toBe(false);
});

it.each([
  ['2135550142', true],
  ['12135550142', true],
  ['1213555014', false],
  ['0115550142', false],
])('of %s nothing more is waited for: %s', (typed, whole) => {
  expect(isWholePhoneNumber(typed)).toBe(whole);
});
