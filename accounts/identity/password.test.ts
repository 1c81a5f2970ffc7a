import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultsOf, plainPassword } from './password.ts';

test.each([
  ['Kbcdwfg1', []],
  ['Abcdef1', ['too-short']],
  ['abcdefg1', ['no-upper-case']],
  ['ABCDEFG1', ['no-lower-case']],
  ['Abcdefgh', ['no-number']],
  ['', ['too-short', 'no-number', 'no-upper-case', 'no-lower-case']],
  [`Aa1${'x'.repeat(125)}`, []],
  [`Aa1${'x'.repeat(126)}`, ['too-long']],
  ['Ñandú 2024', []],
  // Seven characters, of which each takes two code units.
  ['Aa1😀😀😀😀', ['too-short']],
  ['Kq1 %&/(', []],
])('%j breaks %j (row 55)', (password, faults) => {
  expect(faultsOf(password)).toEqual(faults);
});

test('each rule is looked at by itself', () => {
  const part = (from: string, least: number) =>
    fc.array(fc.constantFrom(...from), { minLength: least, maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(part('ABZÑ', 0), part('abzñ', 0), part('0189', 0), part(' -_!', 0), (upper, lower, number, rest) => {
      const password = rest + number + lower + upper;
      expect(faultsOf(password).filter((fault) => fault !== 'too-common')).toEqual([
        ...(password.length < 8 ? ['too-short'] : []),
        ...(number ? [] : ['no-number']),
        ...(upper ? [] : ['no-upper-case']),
        ...(lower ? [] : ['no-lower-case']),
      ]);
    }),
  );
});

test('a password is the same however its letters are composed', () => {
  expect(plainPassword('Contrasen\u0303a1')).toBe(plainPassword('Contrase\u00f1a1'));
  expect(plainPassword('Abcdefg1')).not.toBe(plainPassword('abcdefg1'));
});
