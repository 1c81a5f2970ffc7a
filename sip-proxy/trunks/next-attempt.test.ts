import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttemptEnd } from './next-attempt.ts';
import { firstAttempt, nextAttempt } from './next-attempt.ts';
import type { Trunk } from './trunk.ts';

const [one, two, three] = ['one', 'two', 'three'].map((name): Trunk => ({
  name,
  host: `${name}.example`,
  port: 5060,
})) as [Trunk, Trunk, Trunk];
const trunks = [one, two, three];
const goOn = { kind: 'try', trunk: two };
const stop = (why: string) => ({ kind: 'stop', why });
const after = (end: Partial<AttemptEnd>) =>
  nextAttempt(trunks, 'one', { status: 500, local: false, rang: false, ...end });

describe('after an attempt through the first trunk', () => {
  test.each([500, 501, 502, 503, 504, 505, 513, 580, 599])('%i: the next', (status) => {
    expect(after({ status })).toEqual(goOn);
    expect(after({ status, local: true })).toEqual(goOn);
  });

  test('no answer at all: the next', () => {
    expect(after({ status: undefined })).toEqual(goOn);
    expect(after({ status: 408, local: true })).toEqual(goOn);
    expect(after({ status: 503, local: true })).toEqual(goOn);
  });

  test.each([400, 401, 403, 404, 407, 408, 410, 480, 483, 484, 486, 487, 488, 499, 600, 603, 604, 606, 607, 608, 699])(
    '%i from the trunk: no other',
    (status) => {
      expect(after({ status })).toEqual(stop('final'));
    },
  );

  test.each([404, 480, 486, 487, 603])('%i made here: no other', (status) => {
    expect(after({ status, local: true })).toEqual(stop('final'));
  });

  test.each([300, 301, 302, 305, 380])('%i: nowhere else', (status) => {
    expect(after({ status })).toEqual(stop('redirected'));
  });

  test.each([undefined, 302, 404, 408, 486, 500, 503, 600])('%s after it rang: no other', (status) => {
    expect(after({ status, rang: true })).toEqual(stop('rang'));
    expect(after({ status, rang: true, local: true })).toEqual(stop('rang'));
  });

  test.each([200, 202])('%i: done', (status) => {
    expect(after({ status })).toEqual(stop('answered'));
    expect(after({ status, rang: true })).toEqual(stop('answered'));
  });

  test.each([0, 100, 180, 700, -1, NaN])('%d, which is no final status: no other', (status) => {
    expect(after({ status })).toEqual(stop('final'));
  });
});

describe('the order of the trunks', () => {
  const failed = { status: 503, local: false, rang: false };

  test('is that of the list, each once', () => {
    expect(firstAttempt(trunks)).toEqual({ kind: 'try', trunk: one });
    expect(nextAttempt(trunks, 'one', failed)).toEqual({ kind: 'try', trunk: two });
    expect(nextAttempt(trunks, 'two', failed)).toEqual({ kind: 'try', trunk: three });
    expect(nextAttempt(trunks, 'three', failed)).toEqual(stop('no-more-trunks'));
  });

  test('has an end also when there are none, or the failed one is gone from the list', () => {
    expect(firstAttempt([])).toEqual(stop('no-more-trunks'));
    expect(nextAttempt(trunks, 'four', failed)).toEqual(stop('no-more-trunks'));
  });

  test('whatever happens, a callee that rang is never called again and every call comes to an end', () => {
    const end = fc.record({
      status: fc.option(fc.integer({ min: 200, max: 699 }), { nil: undefined }),
      local: fc.boolean(),
      rang: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(end, { minLength: 3, maxLength: 3 }), (ends) => {
        let next = firstAttempt(trunks);
        const tried: string[] = [];
        for (const its of ends) {
          if (next.kind === 'stop') break;
          tried.push(next.trunk.name);
          next = nextAttempt(trunks, next.trunk.name, its);
          if (its.rang) expect(next.kind).toBe('stop');
        }
        expect(next.kind).toBe('stop');
        expect(tried).toEqual(['one', 'two', 'three'].slice(0, tried.length));
      }),
    );
  });
});
