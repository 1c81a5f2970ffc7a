import { expect, test } from 'vitest';
import { groupOf, grouped, groups } from '../figures/group.ts';
import { en } from './en.ts';
import { es } from './es.ts';

type Texts = [string, unknown][];
const textsOf = (words: object, path = ''): Texts =>
  Object.entries(words).flatMap(([key, value]): Texts =>
    typeof value === 'object' && value !== null
      ? textsOf(value as object, `${path}.${key}`)
      : [[`${path}.${key}`, value]],
  );

test('both languages have the same texts, none is empty, and values stand in each that takes some', () => {
  const [english, spanish] = [textsOf(en), textsOf(es)];
  expect(spanish.map(([path]) => path)).toEqual(english.map(([path]) => path));
  for (const [path, text] of [...english, ...spanish]) {
    if (typeof text !== 'function') {
      expect(text, path).toMatch(/\S/);
      continue;
    }
    const say = text as (...values: unknown[]) => string;
    const values = Array.from({ length: say.length }, (_, place) => `value ${place}`);
    for (const value of values) expect(say(...values), path).toContain(value);
  }
});

test('a text that counts says one of a thing as one', () => {
  expect([en.session.idleText(1), es.session.idleText(1)]).toEqual([
    'You will be signed out in 1 second.',
    'Su sesión se cerrará en 1 segundo.',
  ]);
  expect([en.search.count(1), es.search.count(1), en.search.count(2)]).toEqual(['1 found', '1 resultado', '2 found']);
});

test('every disposition belongs to one group; one that is not known to those that failed', () => {
  for (const disposition of Object.keys(en.dispositions)) expect(groups).toContain(groupOf(disposition));
  expect(groupOf('a-new-one')).toBe('failed');
  expect(groupOf('constructor')).toBe('failed');
  expect(
    grouped({ talked: 3, 'limit-reached': 2, busy: 1, 'no-key': 3, blocked: 1, 'outside-hours': 6, fault: 5 }),
  ).toEqual({
    talked: 5,
    declined: 1,
    unanswered: 4,
    refused: 6,
    failed: 5,
  });
});
