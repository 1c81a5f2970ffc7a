import { describe, expect, it } from 'vitest';
import { Admission } from './admission.ts';

const limits = { maxCalls: 10, maxStartsPerSecond: 2, burst: 3, maxLoopDelayMs: 100 };
const quiet = { calls: 0, loopDelayMs: 0 };
const admitted = { kind: 'admitted' };
const tooMany = { kind: 'shed', why: 'calls', cause: 34, retryAfterSeconds: 5 };
const tooSlow = { kind: 'shed', why: 'loop-delay', cause: 42, retryAfterSeconds: 5 };
const tooFast = { kind: 'shed', why: 'starts', cause: 42, retryAfterSeconds: 1 };

describe('a call is admitted', () => {
  it.each([
    { calls: 9, loopDelayMs: 0, answer: admitted },
    { calls: 10, loopDelayMs: 0, answer: tooMany },
    { calls: 0, loopDelayMs: 100, answer: admitted },
    { calls: 0, loopDelayMs: 100.5, answer: tooSlow },
    { calls: 10, loopDelayMs: 101, answer: tooMany },
  ])('or shed with $calls calls and a delay of $loopDelayMs ms', ({ answer, ...load }) => {
    expect(new Admission(limits, 0).ask(load, 0)).toEqual(answer);
  });

  /** Starts after `spent` at 7,000 ms, asked again `later` milliseconds after. */
  it.each([
    { spent: 2, later: 0, answer: admitted },
    { spent: 3, later: 0, answer: tooFast },
    { spent: 3, later: 499, answer: tooFast },
    { spent: 3, later: 500, answer: admitted },
  ])('or shed $later ms after $spent starts', ({ spent, later, answer }) => {
    const admission = new Admission(limits, 7000);
    for (let start = 0; start < spent; start++) expect(admission.ask(quiet, 7000)).toEqual(admitted);
    expect(admission.ask(quiet, 7000 + later)).toEqual(answer);
  });

  it('no more than the burst after a long quiet time', () => {
    const admission = new Admission(limits, 0);
    const answers = [1, 2, 3, 4].map(() => admission.ask(quiet, 3_600_000));
    expect(answers).toEqual([admitted, admitted, admitted, tooFast]);
  });

  it('without paying for those that were shed', () => {
    const admission = new Admission({ ...limits, burst: 1 }, 0);
    expect(admission.ask({ calls: 10, loopDelayMs: 0 }, 0)).toEqual(tooMany);
    expect(admission.ask({ calls: 0, loopDelayMs: 500 }, 0)).toEqual(tooSlow);
    expect(admission.ask(quiet, 0)).toEqual(admitted);
  });

  it('after the time that it is told to wait', () => {
    const admission = new Admission({ ...limits, maxStartsPerSecond: 0.25, burst: 1 }, 0);
    expect(admission.ask(quiet, 0)).toEqual(admitted);
    expect(admission.ask(quiet, 1000)).toEqual({ ...tooFast, retryAfterSeconds: 3 });
    expect(admission.ask(quiet, 4000)).toEqual(admitted);
  });
});
