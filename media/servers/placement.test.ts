import { expect, test } from 'vitest';
import { leastLoaded, type Candidate } from './placement.ts';

const server = (changes: Partial<Candidate> = {}): Candidate => ({
  ...{ sessions: 0, maxSessions: 1_000, open: true, doubtful: false, givenAtMs: 0 },
  ...changes,
});

test('a call goes where the smallest part of what is possible is taken', () => {
  const [large, small] = [server({ sessions: 300, maxSessions: 1_000 }), server({ sessions: 100, maxSessions: 200 })];
  expect(leastLoaded([small, large])).toBe(large);
});

test('equals take turns', () => {
  const [late, early] = [server({ givenAtMs: 20 }), server({ givenAtMs: 10 })];
  expect(leastLoaded([late, early])).toBe(early);
});

test('one that takes no calls gets none', () => {
  const busy = server({ sessions: 900 });
  expect(leastLoaded([server({ open: false }), busy])).toBe(busy);
  expect(leastLoaded([server({ open: false })])).toBeUndefined();
  expect(leastLoaded([])).toBeUndefined();
});

test('one needs room for both legs', () => {
  expect(leastLoaded([server({ sessions: 999 })])).toBeUndefined();
  expect(leastLoaded([server({ sessions: 998 })])).toBeDefined();
});

test('one in doubt is taken when there is no other', () => {
  const [doubtful, certain] = [server({ doubtful: true }), server({ sessions: 900 })];
  expect(leastLoaded([doubtful, certain])).toBe(certain);
  expect(leastLoaded([doubtful, server({ open: false })])).toBe(doubtful);
  expect(leastLoaded([doubtful, server({ sessions: 1_000 })])).toBe(doubtful);
});
