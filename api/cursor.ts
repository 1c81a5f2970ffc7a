import type { z } from 'zod';
import { Problem } from './problem.ts';

/** Where the next page begins, as text that says nothing to whoever has it. */
export const cursorOf = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/** The place of a cursor; undefined of none. Throws a problem for one that cursorOf() did not make. */
export function readCursor<S extends z.ZodType>(schema: S, cursor: string | undefined): z.output<S> | undefined {
  if (cursor === undefined) return undefined;
  const found = schema.safeParse(jsonOf(Buffer.from(cursor, 'base64url').toString()));
  if (!found.success) throw badCursor();
  return found.data;
}

export const badCursor = (): Problem => new Problem(400, 'query.cursor: is no `next` of a page before');

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
