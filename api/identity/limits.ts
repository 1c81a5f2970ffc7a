import type { GuessDeps } from '#accounts/identity/guesses.ts';
import { networkOf } from '#accounts/network.ts';
import type { Database } from '#db/connect.ts';
import { countInWindow } from '#db/rate-windows.ts';
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
  steps: { act: 'steps', most: 300, minutes: 60 },
  prove: { act: 'prove', most: 60, minutes: 60 },
  reset: { act: 'reset', most: 30, minutes: 60 },
} as const satisfies Readonly<Record<string, Limit>>;

/**
 * Counts the request before anything of it is looked at, for all processes together. Returns the headers that say what is left
 * (draft-ietf-httpapi-ratelimit-headers-10); throws a problem with them when nothing is.
 */
export async function keepLimit(
  db: Database,
  { keys, now }: GuessDeps,
  { act, most, minutes }: Limit,
  address: string,
): Promise<Record<string, string>> {
  const at = now();
  const subject = keys.subject(`network ${act}`, networkOf(address) ?? address);
  const { counted, closesAt } = await countInWindow(db, { act, subject, windowMs: minutes * 60_000 }, at);
  const seconds = Math.max(1, Math.ceil((closesAt.getTime() - at.getTime()) / 1_000));
  const headers = {
    'ratelimit-policy': `"${act}";q=${most};w=${minutes * 60}`,
    ratelimit: `"${act}";r=${Math.max(0, most - counted)};t=${seconds}`,
  };
  if (counted <= most) return headers;
  throw refuse('too-many-requests', { until: closesAt, now: at }).with(headers);
}
