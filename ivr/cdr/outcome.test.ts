import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dispositions } from './dispositions.ts';
import type { LegEnd } from './outcome.ts';
import { outcomeOf } from './outcome.ts';

type Line = readonly [LegEnd, disposition: string, q850: number, announcement: string | null];

const noAnswer = 'outcome.no-answer';
const sorry = 'outcome.unavailable';

const table: readonly Line[] = [
  [{ status: 486 }, 'busy', 17, 'outcome.busy'],
  [{ status: 600 }, 'busy', 17, 'outcome.busy'],
  [{ status: 408 }, 'no-answer', 102, noAnswer],
  [{ status: 480 }, 'no-answer', 18, noAnswer],
  [{ status: 487 }, 'no-answer', 19, noAnswer],
  [{ status: 403 }, 'rejected', 21, noAnswer],
  [{ status: 603 }, 'rejected', 21, noAnswer],
  [{ status: 607 }, 'rejected', 21, noAnswer],
  [{ status: 608 }, 'rejected', 21, noAnswer],
  [{ status: 699 }, 'rejected', 21, noAnswer],
  [{ status: 404 }, 'not-in-service', 1, 'outcome.not-in-service'],
  [{ status: 410 }, 'not-in-service', 22, 'outcome.not-in-service'],
  [{ status: 484 }, 'not-in-service', 28, 'outcome.not-in-service'],
  [{ status: 485 }, 'not-in-service', 1, 'outcome.not-in-service'],
  [{ status: 604 }, 'not-in-service', 1, 'outcome.not-in-service'],
  [{ status: 406 }, 'incompatible', 79, sorry],
  [{ status: 415 }, 'incompatible', 79, sorry],
  [{ status: 488 }, 'incompatible', 88, sorry],
  [{ status: 606 }, 'incompatible', 88, sorry],
  [{ status: 300 }, 'redirected', 23, sorry],
  [{ status: 301 }, 'redirected', 23, sorry],
  [{ status: 302 }, 'redirected', 23, sorry],
  [{ status: 380 }, 'redirected', 23, sorry],
  [{ status: 302, q850: 17 }, 'redirected', 17, sorry],
  [{ status: 400 }, 'unavailable', 41, sorry],
  [{ status: 401 }, 'unavailable', 21, sorry],
  [{ status: 402 }, 'unavailable', 21, sorry],
  [{ status: 405 }, 'unavailable', 63, sorry],
  [{ status: 407 }, 'unavailable', 21, sorry],
  [{ status: 481 }, 'unavailable', 41, sorry],
  [{ status: 482 }, 'unavailable', 25, sorry],
  [{ status: 483 }, 'unavailable', 25, sorry],
  [{ status: 420 }, 'unavailable', 127, sorry],
  [{ status: 500 }, 'unavailable', 41, sorry],
  [{ status: 501 }, 'unavailable', 79, sorry],
  [{ status: 502 }, 'unavailable', 38, sorry],
  [{ status: 503 }, 'unavailable', 41, sorry],
  [{ status: 504 }, 'unavailable', 102, sorry],
  [{ status: 513 }, 'unavailable', 127, sorry],
  [{}, 'unavailable', 41, sorry],
  [{ status: 200 }, 'unavailable', 41, sorry],
  [{ status: 700 }, 'unavailable', 41, sorry],
  // A Reason header (RFC 3326) says what a vague status does not.
  [{ status: 480, q850: 17 }, 'busy', 17, 'outcome.busy'],
  [{ status: 403, q850: 1 }, 'not-in-service', 1, 'outcome.not-in-service'],
  [{ status: 500, q850: 21 }, 'rejected', 21, noAnswer],
  [{ status: 503, q850: 34 }, 'unavailable', 34, sorry],
  [{ status: 480, q850: 3 }, 'unavailable', 3, sorry],
  [{ status: 480, q850: 20 }, 'no-answer', 20, noAnswer],
  [{ status: 500, q850: 16 }, 'no-answer', 16, noAnswer],
  [{ status: 500, q850: 19 }, 'no-answer', 19, noAnswer],
  [{ status: 500, q850: 31 }, 'no-answer', 31, noAnswer],
  [{ status: 500, q850: 18 }, 'no-answer', 18, noAnswer],
  [{ status: 500, q850: 22 }, 'not-in-service', 22, 'outcome.not-in-service'],
  [{ status: 500, q850: 28 }, 'not-in-service', 28, 'outcome.not-in-service'],
  [{ status: 500, q850: 65 }, 'incompatible', 65, sorry],
  [{ status: 480, q850: 88 }, 'incompatible', 88, sorry],
  [{ status: 480, q850: 2 }, 'unavailable', 2, sorry],
  [{ status: 480, q850: 27 }, 'unavailable', 27, sorry],
  [{ status: 480, q850: 38 }, 'unavailable', 38, sorry],
  [{ status: 480, q850: 41 }, 'unavailable', 41, sorry],
  [{ status: 480, q850: 42 }, 'unavailable', 42, sorry],
  [{ status: 480, q850: 47 }, 'unavailable', 47, sorry],
  [{ status: 480, q850: 99 }, 'no-answer', 99, noAnswer],
  // A clear status stays what it is; the cause is still recorded.
  [{ status: 486, q850: 34 }, 'busy', 34, 'outcome.busy'],
  [{ status: 404, q850: 17 }, 'not-in-service', 17, 'outcome.not-in-service'],
  // A cause that is none is as if there were none.
  [{ status: 480, q850: 0 }, 'no-answer', 18, noAnswer],
  [{ status: 480, q850: 128 }, 'no-answer', 18, noAnswer],
  [{ status: 480, q850: 17.5 }, 'no-answer', 18, noAnswer],
  [{ status: 486, q850: NaN }, 'busy', 17, 'outcome.busy'],
  // What this side decided goes before what came back for it.
  [{ local: 'caller-cancelled', status: 487 }, 'caller-cancelled', 16, null],
  [{ local: 'ring-timeout', status: 487 }, 'no-answer', 19, noAnswer],
  [{ local: 'no-response', status: 408 }, 'unavailable', 102, sorry],
  [{ local: 'no-trunk' }, 'unavailable', 38, sorry],
];

describe('how an outside leg that was never answered ended', () => {
  test.each(table)('%j: %s, %i, %s', (end, disposition, q850, announcement) => {
    expect(outcomeOf(end)).toEqual({ disposition, q850, announcement });
  });

  test('whatever the network says, there is a disposition that counts as an attempt and never as answered', () => {
    const number = fc.oneof(fc.integer(), fc.double(), fc.constant(undefined));
    fc.assert(
      fc.property(number, number, (status, q850) => {
        const outcome = outcomeOf({ status, q850 });
        const { attempt, answered, announcement } = dispositions[outcome.disposition];
        expect([attempt, answered, announcement]).toEqual([true, false, outcome.announcement]);
        expect(outcome.q850 >= 1 && outcome.q850 <= 127).toBe(true);
      }),
    );
  });
});
