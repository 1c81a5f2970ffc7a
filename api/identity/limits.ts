import type { GuessDeps } from '#accounts/identity/guesses.ts';
import { networkOf } from '#accounts/network.ts';
import type { Database } from '#db/connect.ts';
import { countInWindow } from '#db/rate-windows.ts';
import type { Problem } from '../problem.ts';
import { refuse } from './refusals.ts';

/** How often one network may ask a kind of thing. */
export interface Limit {
  readonly act: string;
  readonly most: number;
  readonly minutes: number;
}

/** Who shares an address shares a limit: a shelter's families behind one, so none is small. */
export const LIMITS = {
  'sign-in': { act: 'sign-in', most: 60, minutes: 60 },
  refresh: { act: 'refresh', most: 600, minutes: 60 },
  register: { act: 'register', most: 30, minutes: 60 },
  image: { act: 'image', most: 120, minutes: 60 },
  steps: { act: 'steps', most: 300, minutes: 60 },
  prove: { act: 'prove', most: 60, minutes: 60 },
  reset: { act: 'reset', most: 30, minutes: 60 },
} as const satisfies Readonly<Record<string, Limit>>;

/**
 * Counts the request before anything of it is looked at, for all processes together. Returns the headers that say what is left
 * (draft-ietf-httpapi-ratelimit-headers-10); throws a problem with them when nothing is.
 */
export const keepLimit = (
  db: Database,
  deps: GuessDeps,
  limit: Limit,
  address: string,
): Promise<Record<string, string>> => keepLimitOf(db, deps, limit, `network ${networkOf(address) ?? address}`, refuse);

/** The same of whoever `who` names. */
export async function keepLimitOf(
  db: Database,
  { keys, now }: GuessDeps,
  limit: Limit,
  who: string,
  refused: (code: 'too-many-requests', why: { readonly until: Date; readonly now: Date }) => Problem,
): Promise<Record<string, string>> {
  const { act, minutes } = limit;
  const at = now();
  const subject = keys.subject(act, who);
  const { counted, closesAt } = await countInWindow(db, { act, subject, windowMs: minutes * 60_000 }, at);
  const headers = limitHeaders(limit, counted, closesAt, at);
  if (counted <= limit.most) return headers;
  throw refused('too-many-requests', { until: closesAt, now: at }).with(headers);
}

/** What is left of a limit, as headers. */
export function limitHeaders({ act, most, minutes }: Limit, counted: number, closesAt: Date, at: Date) {
  const seconds = Math.max(1, Math.ceil((closesAt.getTime() - at.getTime()) / 1_000));
  return {
    'ratelimit-policy': `"${act}";q=${most};w=${minutes * 60}`,
    ratelimit: `"${act}";r=${Math.max(0, most - counted)};t=${seconds}`,
  };
}
