import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isCommon } from './common-passwords.ts';
import { faultsOf } from './password.ts';

test.each(['Password1', 'pASSWORD1', 'Qwerty123', 'Password2026!', '123Sunshine!!', 'ILoveYou2', 'Princess-99'])(
  '%s is one that is tried first',
  (password) => {
    expect(isCommon(password)).toBe(true);
    expect(faultsOf(password)).toContain('too-common');
  },
);

test.each(['Correct-Horse-7', 'Password-of-Maria-3', 'xq7Tr4vNw', '12345678', '', '---'])('%s is none', (password) => {
  expect(isCommon(password)).toBe(false);
});

test('of those that keep the rules of families there are as many in the list as ASVS asks, and more', () => {
  const list = readFileSync(join(import.meta.dirname, 'common-passwords.txt'), 'utf8')
    .trim()
    .split('\n');
  const capital = (word: string) => word.replace(/[a-z]/, (letter) => letter.toUpperCase());
  const keeping = list.map(capital).filter((word) => faultsOf(word).join() === 'too-common');
  expect(keeping.length).toBeGreaterThan(3_000);
  expect(new Set(list).size).toBe(list.length);
});
