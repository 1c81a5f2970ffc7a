import { z } from 'zod';
import { refuseStaff } from '../refusals.ts';
import { moment } from './resources.ts';

/* Pages of lists: a cursor is where the page before ended, and nothing that anybody should read. */

export const cursor = z.string().min(1).max(300).optional().describe('`next` of the page before');
export const limit = z.coerce.number().int().min(1).max(200).default(50);
export const next = z.string().optional().describe('Asks for the page after this one; absent on the last');

/** Where a list that is sorted by time, and by id within one moment, goes on. */
export interface Place {
  readonly at: Date;
  readonly id: string;
}

const place = z.tuple([moment, z.uuid()]);

export const cursorOf = ({ at, id }: Place): string =>
  Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url');

/** Throws the problem of one that no list gave. */
export function placeOf(shown: string | undefined): Place | undefined {
  if (shown === undefined) return undefined;
  try {
    const [at, id] = place.parse(JSON.parse(Buffer.from(shown, 'base64url').toString()));
    return { at, id };
  } catch {
    throw refuseStaff('cursor-faulty');
  }
}

/** The same of a list that is sorted by an id that grows. */
export function idOf(shown: string | undefined): string | undefined {
  if (shown !== undefined && !/^[1-9]\d{0,17}$/.test(shown)) throw refuseStaff('cursor-faulty');
  return shown;
}

/** A page of rows of which one more than its limit was asked for, and the cursor of the next. */
export function pageOf<Row>(
  rows: readonly Row[],
  most: number,
  cursorOfRow: (row: Row) => string,
): { readonly page: readonly Row[]; readonly next?: string } {
  const page = rows.slice(0, most);
  const last = page.at(-1);
  return { page, ...(rows.length > most && last !== undefined && { next: cursorOfRow(last) }) };
}
