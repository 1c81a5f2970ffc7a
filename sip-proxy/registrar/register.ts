import type { Verification } from '../digest/digest.ts';
import type { Address } from './contacts.ts';
import { readAddresses } from './contacts.ts';

/** Seconds. Shorter than `shortest` is refused, longer than `longest` is cut, none asked is `usual`. */
export const registrationTime = { shortest: 60, usual: 3600, longest: 3600 } as const;

/** The headers of a REGISTER. Several Contact headers come joined with commas, which RFC 3261 §7.3.1 makes the same. */
export interface Register {
  readonly to: string;
  readonly contact: string | undefined;
  readonly expires: string | undefined;
  readonly callId: string;
  readonly cseq: number;
}

/** What is known of who sent it. */
export interface Standing {
  readonly verification: Verification;
  /** Milliseconds for which this source and user name must wait (`BackOff.wait`). */
  readonly wait: number;
  /** The Call-ID and CSeq that made the present binding of this user name, if there is one. */
  readonly binding?: { readonly callId: string; readonly cseq: number } | undefined;
}

export type Registration =
  | { readonly kind: 'challenge'; readonly stale: boolean }
  | { readonly kind: 'refuse'; readonly status: 400 | 403 | 500; readonly reason: string }
  | { readonly kind: 'refuse'; readonly status: 423; readonly reason: string; readonly minExpires: number }
  /** Take the place of whatever binding this user name has; `expires` in seconds, to be told in the 200. */
  | { readonly kind: 'bind'; readonly username: string; readonly contact: string; readonly expires: number }
  /** Remove the binding of this user name if it is to this contact; '*' is to any. */
  | { readonly kind: 'unbind'; readonly username: string; readonly contact: string }
  /** Change nothing, answer 200 with the binding there is. */
  | { readonly kind: 'query'; readonly username: string };

const refuse = (status: 400 | 403 | 500, reason: string): Registration => ({ kind: 'refuse', status, reason });

/** What a registrar does with a REGISTER (RFC 3261 §10.3). One binding per user name; keeping it is the caller's. */
export function register(request: Register, { verification, wait, binding }: Standing): Registration {
  if (wait > 0) return refuse(403, 'Too Many Failed Attempts');
  if (verification.kind === 'malformed') return refuse(400, 'Bad Authorization');
  if (verification.kind !== 'verified') return { kind: 'challenge', stale: verification.kind === 'stale' };
  const { username } = verification;
  if (!(request.cseq >= 0 && request.cseq < 2 ** 31)) return refuse(400, 'Bad CSeq'); // RFC 3261 §8.1.1.5

  // §10.3 step 4: only the user's own address of record.
  const to = readAddresses(request.to);
  if (to === undefined || to === '*' || to.length !== 1) return refuse(400, 'Bad To');
  if (unescaped(to[0]?.user ?? '') !== username) return refuse(403, 'Not Your Address');

  if (request.contact === undefined || request.contact.trim() === '') return { kind: 'query', username };
  const contacts = readAddresses(request.contact);
  if (contacts === undefined) return refuse(400, 'Bad Contact');
  // Step 6: `*` stands alone, and only to remove.
  if (contacts === '*' && !/^0+$/.test(request.expires?.trim() ?? '')) return refuse(400, 'Bad Contact');
  // Step 7: a request that was overtaken by a later one of the same phone changes nothing.
  if (binding && binding.callId === request.callId && request.cseq <= binding.cseq) return refuse(500, 'Out Of Order');
  if (contacts === '*') return { kind: 'unbind', username, contact: '*' };
  return bindOrUnbind(username, contacts, request.expires);
}

function bindOrUnbind(username: string, contacts: readonly Address[], header: string | undefined): Registration {
  const asked = contacts.map(({ uri, expires }) => ({ uri, expires: seconds(expires ?? header) }));
  // A phone whose address changed may remove the old contact and bind the new one at once.
  const [contact, another] = asked.filter(({ expires }) => expires > 0);
  if (another) return refuse(400, 'One Contact Only');
  if (!contact) return { kind: 'unbind', username, contact: asked.length === 1 ? (asked[0]?.uri ?? '*') : '*' };
  const { shortest, longest } = registrationTime;
  if (contact.expires < shortest)
    return { kind: 'refuse', status: 423, reason: 'Interval Too Brief', minExpires: shortest };
  return { kind: 'bind', username, contact: contact.uri, expires: Math.min(contact.expires, longest) };
}

/** RFC 3261 §20.19, §20.10: a malformed value is as 3600. */
const seconds = (text: string | undefined): number =>
  text !== undefined && /^\d+$/.test(text.trim()) ? Number(text) : registrationTime.usual;

const unescaped = (user: string) =>
  user.replace(/%[\da-f]{2}/gi, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)));
