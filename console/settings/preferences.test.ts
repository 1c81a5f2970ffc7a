import { expect, test } from 'vitest';
import { readPreferences, spokenLanguage } from './preferences.ts';

const nothing = { language: undefined, theme: 'system', singleKeys: true };

test('what was chosen is kept', () => {
  const kept = { language: 'es', theme: 'dark', singleKeys: false };
  expect(readPreferences(JSON.stringify(kept))).toEqual(kept);
});

test.each([null, '', 'x', '[]', 'null', '7', '{"language":"fr","theme":"pink","singleKeys":"no"}'])(
  'what somebody else wrote, as %s, is as if nothing had been chosen',
  (text) => {
    expect(readPreferences(text)).toEqual(nothing);
  },
);

test('what was chosen here comes before what the account says', () => {
  expect(spokenLanguage(readPreferences('{"language":"es"}'), 'en')).toBe('es');
  expect(spokenLanguage(readPreferences(null), 'es')).toBe('es');
});
