import { refuseStaff } from './refusals.ts';

/** Where a list goes on: opaque to whoever holds it. `place`: what the list is ordered by, of the last that was told. */
export const cursorAfter = (place: string): string => Buffer.from(place).toString('base64url');

/** The place of a cursor; throws a problem where it is none that such a list gave: `shape` says how its places look. */
export function placeOf(cursor: string | undefined, shape: RegExp): string | undefined {
  if (cursor === undefined) return undefined;
  const place = Buffer.from(cursor, 'base64url').toString();
  if (!shape.test(place) || cursorAfter(place) !== cursor) throw refuseStaff('cursor-faulty');
  return place;
}
