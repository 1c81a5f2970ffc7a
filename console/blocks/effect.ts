import type { Wording } from '../wording/wording.ts';

/** What is chosen in the question that places a block. */
export interface Wanted {
  readonly scope: 'all' | 'one';
  readonly facilityId: string;
  readonly reason: string;
}

export interface Place {
  readonly id: string;
  readonly name: string;
}

/** What will happen, said before it does; undefined: it is not chosen yet for which facility. */
export function effectOf(
  words: Wording,
  wanted: Wanted,
  facilities: readonly Place[],
  number: string,
): string | undefined {
  if (wanted.scope === 'all') return words.place.effectAll(number);
  const facility = facilities.find(({ id }) => id === wanted.facilityId);
  return facility && words.place.effectOne(facility.name, number);
}

/** What is missing, in words; undefined: nothing. */
export function missingOf(words: Wording, { scope, facilityId, reason }: Wanted): string | undefined {
  if (scope === 'one' && facilityId === '') return words.place.needFacility;
  return reason.trim() === '' ? words.place.needReason : undefined;
}
