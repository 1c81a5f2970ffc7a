import type { Rate } from '#db/rates.ts';

/**
 * How a call is counted is data of its rate, for neither the guide (row 66) nor the FCC says it:
 *
 *   second     seconds talked: never more for a minute of talk than the rate, so never above the cap of 47 CFR 64.6010
 *   minute-up  every minute begun, as tariffs of the trade have it: 61 seconds are two minutes
 *
 * Part of a second is not counted and part of a cent is not charged, so that no rounding is to the payer's loss.
 */
export type Charging = Pick<Rate, 'perMinute' | 'rounding'>;

export interface Talk {
  readonly connectedAt: Date;
  readonly endedAt: Date;
}

export interface Price {
  /** Whole seconds talked. */
  readonly seconds: number;
  /** What is charged for. */
  readonly chargedSeconds: number;
  readonly cents: number;
}

/** Seconds per thing counted. */
const steps = { 'minute-up': 60, second: 1 } as const;

/** Hundredths of a cent per minute to whole cents, for so many seconds. */
const centsOf = (perMinute: number, seconds: number): number => Math.floor((perMinute * seconds) / 6_000);

/**
 * What a call costs. Both ends are instants, so neither midnight nor a change of clocks shows. Throws RangeError when it ended before it was
 * connected.
 */
export function priceOf({ connectedAt, endedAt }: Talk, { perMinute, rounding }: Charging): Price {
  const seconds = Math.floor((endedAt.getTime() - connectedAt.getTime()) / 1_000);
  if (!(seconds >= 0)) throw new RangeError('A call ends after it was connected.');
  const step = steps[rounding];
  const chargedSeconds = Math.ceil(seconds / step) * step;
  return { seconds, chargedSeconds, cents: centsOf(perMinute, chargedSeconds) };
}

/** The longest call, in seconds, that costs at most `cents`; Infinity when it is free. */
export function affordableSeconds(cents: number, { perMinute, rounding }: Charging): number {
  if (perMinute === 0) return Infinity;
  if (cents < 0) return 0;
  const step = steps[rounding];
  // The first count that would cost a cent more, less one.
  return (Math.ceil(((cents + 1) * 6_000) / (perMinute * step)) - 1) * step;
}

/** Whole minutes that `cents` pay for; Infinity when they are free. */
export const affordableMinutes = (cents: number, charging: Charging): number =>
  Math.floor(affordableSeconds(cents, charging) / 60);

export type Allowance =
  | { readonly kind: 'free'; readonly seconds: number }
  /** `cents` are to be held: no call of `seconds` or less costs more. */
  | { readonly kind: 'paid'; readonly seconds: number; readonly cents: number }
  /** Not a minute can be paid: the call does not ring (guide row 67). */
  | { readonly kind: 'unaffordable' };

/** How long a call may last by the facility's limit and the money there is, and what to hold for it. */
export function allowanceOf(availableCents: number, limitSeconds: number, charging: Charging): Allowance {
  if (charging.perMinute === 0) return { kind: 'free', seconds: limitSeconds };
  const seconds = Math.min(limitSeconds, affordableSeconds(availableCents, charging));
  if (seconds < Math.min(60, limitSeconds)) return { kind: 'unaffordable' };
  const chargedSeconds = Math.ceil(seconds / steps[charging.rounding]) * steps[charging.rounding];
  return { kind: 'paid', seconds, cents: centsOf(charging.perMinute, chargedSeconds) };
}
