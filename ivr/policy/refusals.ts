import type { Disposition } from '../cdr/dispositions.ts';

/**
 * Why a call may not be placed, the most severe first: when several hold, the first is told and recorded. What lasts goes
 * before what passes, so that nobody is asked to try again later for a call that will never be allowed.
 */
export const severity = [
  'privileged-number',
  'person-inactive',
  'station-inactive',
  'facility-inactive',
  'invalid-number',
  'denied-number',
  'unavailable',
  'blocked',
  'account-closed',
  'outside-hours',
  'too-many-attempts',
] as const;

export type Refusal = (typeof severity)[number];

/** How each refusal is recorded, and what the caller is told. Neither block nor closed account is named: they are the family's. */
export const refusals: {
  readonly [R in Refusal]: { readonly disposition: Disposition; readonly announcement: `refusal.${R}` };
} = {
  'privileged-number': { disposition: 'privileged-number', announcement: 'refusal.privileged-number' },
  'person-inactive': { disposition: 'person-inactive', announcement: 'refusal.person-inactive' },
  'station-inactive': { disposition: 'station-inactive', announcement: 'refusal.station-inactive' },
  'facility-inactive': { disposition: 'facility-inactive', announcement: 'refusal.facility-inactive' },
  'invalid-number': { disposition: 'invalid-number', announcement: 'refusal.invalid-number' },
  'denied-number': { disposition: 'denied-number', announcement: 'refusal.denied-number' },
  unavailable: { disposition: 'policy-unavailable', announcement: 'refusal.unavailable' },
  blocked: { disposition: 'already-blocked', announcement: 'refusal.blocked' },
  'account-closed': { disposition: 'account-closed', announcement: 'refusal.account-closed' },
  'outside-hours': { disposition: 'outside-hours', announcement: 'refusal.outside-hours' },
  'too-many-attempts': { disposition: 'too-many-attempts', announcement: 'refusal.too-many-attempts' },
};
