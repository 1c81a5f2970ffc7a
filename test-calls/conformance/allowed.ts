import type { Difference } from './compare.ts';

/** A difference between the embedded engine and the real pair that is meant, or that stands until somebody builds what is missing. */
export interface Allowed {
  /** `group: name` of the cases. */
  readonly cases: RegExp;
  readonly track?: RegExp;
  readonly entry?: RegExp;
  readonly field?: RegExp;
  /** What the real pair was recorded with, what the embedded engine did; `null`: nothing. */
  readonly recorded?: RegExp | null;
  readonly seen?: RegExp | null;
  readonly reason: string;
  /** A text in docs/differences.md or in a README of the embedded servers, where people read of it. */
  readonly told: string;
}

/** A case that the embedded engine cannot play yet. */
export interface Awaited {
  readonly cases: RegExp;
  readonly awaits: string;
}

/** Whether a difference is the one that an entry of the table speaks of. */
export function covers(allowed: Allowed, name: string, difference: Difference): boolean {
  const { track, entry, field, recorded, seen } = difference;
  return (
    allowed.cases.test(name) &&
    fits(allowed.track, track) &&
    fits(allowed.entry, entry) &&
    fits(allowed.field, field) &&
    fits(allowed.recorded, recorded) &&
    fits(allowed.seen, seen)
  );
}

const fits = (wanted: RegExp | null | undefined, value: string | undefined): boolean =>
  wanted === undefined || (wanted === null ? value === undefined : value !== undefined && wanted.test(value));
