import { expect, test } from 'vitest';
import { hasSeen, versionOf } from './version.ts';

test('a version is that of what is told, in whatever order, and of nothing else', () => {
  const one = { id: '1', to: { payee: 'x', lines: ['a', 'b'] } };
  expect(versionOf({ to: { lines: ['a', 'b'], payee: 'x' }, id: '1' })).toBe(versionOf(one));
  const others = [
    { ...one, id: '2' },
    { ...one, to: { ...one.to, lines: ['b', 'a'] } },
    { ...one, more: false },
    { id: '1', to: { payee: 'x' } },
  ];
  expect(new Set([one, ...others].map(versionOf)).size).toBe(5);
  expect(versionOf(one)).toMatch(/^[\w-]{22}$/);
});

test('a version is seen by whoever brings its tag, strong and whole', () => {
  const version = versionOf({ id: '1' });
  expect(hasSeen({ 'if-match': `"x", "${version}"` }, version)).toBe(true);
  for (const tag of [`W/"${version}"`, version, '*', '"x"', '', `"${version.slice(1)}"`])
    expect(hasSeen({ 'if-match': tag }, version)).toBe(false);
  expect(() => hasSeen({}, version)).toThrow('If-Match');
});
