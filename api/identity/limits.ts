import { isIPv6 } from 'node:net';
import type { IdentityDeps } from '#accounts/identity/ports.ts';
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

/** The network of an address: an IPv4 address itself, of IPv6 the 64 bits that one household has (RFC 6177 §2). */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const [before, after] = [groups(head), groups(tail)];
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const all = [...before, ...Array<string>(zeros).fill('0'), ...after];
  const prefix = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${prefix.join(':')}::/64`;
}

/**
 * Counts the request before anything of it is looked at, for all processes together. Returns the headers that say what is left
 * (draft-ietf-httpapi-ratelimit-headers-10); throws a problem with them when nothing is.
 */
export async function keepLimit(
  db: Database,
  { keys, now }: IdentityDeps,
  { act, most, minutes }: Limit,
  address: string,
): Promise<Record<string, string>> {
  const at = now();
  const subject = keys.subject(`network ${act}`, networkOf(address));
  const { counted, closesAt } = await countInWindow(db, { act, subject, windowMs: minutes * 60_000 }, at);
  const seconds = Math.max(1, Math.ceil((closesAt.getTime() - at.getTime()) / 1_000));
  const headers = {
    'ratelimit-policy': `"${act}";q=${most};w=${minutes * 60}`,
    ratelimit: `"${act}";r=${Math.max(0, most - counted)};t=${seconds}`,
  };
  if (counted <= most) return headers;
  throw refuse('too-many-requests', { until: closesAt, now: at }).with(headers);
}
