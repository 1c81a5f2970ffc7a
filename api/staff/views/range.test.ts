import { describe, expect, test } from 'vitest';
import { rangeOf } from './range.ts';

const etag = '"abc"';
const ask = (range: string, more: Record<string, string> = {}, length = 1_000) =>
  rangeOf({ range, ...more }, length, etag);

describe('a range of bytes (RFC 9110 §14)', () => {
  test.each([
    ['bytes=0-499', { from: 0, until: 500 }],
    ['bytes=500-', { from: 500, until: 1_000 }],
    ['bytes=999-', { from: 999, until: 1_000 }],
    ['bytes=-1', { from: 999, until: 1_000 }],
    ['bytes=-2000', { from: 0, until: 1_000 }],
    ['bytes=900-5000', { from: 900, until: 1_000 }],
    ['bytes=0-0', { from: 0, until: 1 }],
    ['Bytes=0-0', { from: 0, until: 1 }],
  ])('%s', (range, wanted) => expect(ask(range)).toEqual(wanted));

  test.each(['bytes=1000-', 'bytes=1000-1001', 'bytes=-0'])('%s is behind the end', (range) =>
    expect(ask(range)).toBe('unsatisfiable'),
  );
  test.each(['bytes=-5', 'bytes=0-'])('of nothing %s cannot be had', (range) =>
    expect(ask(range, {}, 0)).toBe('unsatisfiable'),
  );
  test.each(['bytes=5-4', 'bytes=-', 'bytes=0-1,5-6', 'lines=0-1', 'bytes=a-b', '', 'bytes=0x1-2'])(
    '%j is ignored',
    (range) => expect(ask(range)).toBe('whole'),
  );

  test('none is all', () => expect(rangeOf({}, 1_000, etag)).toBe('whole'));
  test('of another version than is there it is all', () => {
    expect(ask('bytes=0-1', { 'if-range': etag })).toEqual({ from: 0, until: 2 });
    for (const other of ['"abd"', 'W/"abc"', 'abc', 'Fri, 01 May 2026 12:00:00 GMT'])
      expect(ask('bytes=0-1', { 'if-range': other })).toBe('whole');
  });
});
