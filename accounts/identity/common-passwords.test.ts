import { expect, test } from 'vitest';
import { isCommon } from './common-passwords.ts';
import { faultsOf } from './password.ts';
import { faultsOf as faultsOfStaff } from '../staff/password.ts';

test.each([
  'Password1',
  'P@ssw0rd!',
  'Pa55word2024',
  '1Password1',
  'Welcome123',
  'Qwerty12',
  'Qwerty!2345',
  '1qaz2wsxEDC',
  'Abc12345',
  'Asdfghjkl1',
  'Aa123456',
  'Summer2026!',
  'ILoveYou2',
  'I-love-you-2',
  'Contraseña1',
  'TeAmo1234',
  'Maria1990',
  'González77',
  'Homeline2026',
  'PasswordPassword1',
  'Poiuytrewq1',
  'Passw0rd١٢',
])('%s is what whoever guesses tries first', (password) => {
  expect(isCommon(password)).toBe(true);
  expect(faultsOf(password)).toContain('too-common');
});

test.each([
  'Correct-Horse-7',
  'Kbcdwfg1',
  'Ñandú 2024',
  'Vq7dKpzM',
  'Mi perro come 3 Tacos',
  'Password-Horse-7',
  'R0tterdam-Quince',
  'contraluz9K',
  'Kx1😀😀q😀😀',
])('%s is not', (password) => {
  expect(isCommon(password)).toBe(false);
  expect(faultsOf(password)).toEqual([]);
});

test('staff may not have one either, however long it is', () => {
  expect(faultsOfStaff('Password2026!!')).toEqual(['too-common']);
  expect(faultsOfStaff('Correct-Horse-7')).toEqual([]);
});

test('no text makes it throw', () => {
  for (const odd of ['', '\0', '\ud800', '💥', ' ', '1', '$$$$', 'İ', 'ﬀ'])
    expect(typeof isCommon(odd)).toBe('boolean');
});
