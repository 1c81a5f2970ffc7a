import { expect, test } from 'vitest';
import { weaknessOf, type Weakness } from './weakness.ts';

const about = { numbers: ['+12135558317', '+525512346295'], accountNumber: '1582930746' };

test.each<[string, Weakness | undefined]>([
  ['0000', 'few-digits'],
  ['9999', 'few-digits'],
  ['1212', 'few-digits'],
  ['1221', 'few-digits'],
  ['7707', 'few-digits'],
  ['1234', 'in-a-row'],
  ['0123', 'in-a-row'],
  ['6789', 'in-a-row'],
  ['7890', 'in-a-row'],
  ['9012', 'in-a-row'],
  ['4321', 'in-a-row'],
  ['9876', 'in-a-row'],
  ['0987', 'in-a-row'],
  ['3210', 'in-a-row'],
  ['1985', 'a-year'],
  ['1903', 'a-year'],
  ['2047', 'a-year'],
  ['8317', 'of-your-number'],
  ['6295', 'of-your-number'],
  ['0746', 'of-your-account'],
  ['1582', undefined],
  ['2135', undefined],
  ['8371', undefined],
  ['1835', undefined],
  ['2185', undefined],
  ['1357', undefined],
])('%s: %s', (passcode, weakness) => {
  expect(weaknessOf(passcode, about)).toBe(weakness);
});

test('of ten thousand 640 have few digits, 20 are in a row, 192 more are years, 3 are one’s own', () => {
  const all = Array.from({ length: 10_000 }, (_, value) => String(value).padStart(4, '0'));
  const good = all.filter((passcode) => weaknessOf(passcode, about) === undefined);
  expect(good.length).toBe(10_000 - 640 - 20 - 192 - 3);
});
