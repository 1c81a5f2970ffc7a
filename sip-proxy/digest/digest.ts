import { createHash, timingSafeEqual } from 'node:crypto';
import type { Algorithm, Credentials } from './credentials.ts';
import { algorithms, readCredentials } from './credentials.ts';
import type { NonceCounts } from './nonce-counts.ts';
import { makeNonce, readNonce } from './nonce.ts';

/**
 *   phone                          this system
 *     | REGISTER / INVITE               |
 *     |-------------------------------->|
 *     | 401 WWW-Authenticate: Digest    |   challenge()
 *     |<--------------------------------|
 *     | ... Authorization: Digest       |
 *     |-------------------------------->|   verify()
 */

/** How long a nonce is good, in seconds; after it the phone is asked again with `stale=true`. */
export const nonceLifetime = 300;
/** Clocks of two processes may differ by this, in milliseconds. */
const clockSkew = 5_000;

export interface ChallengeOptions {
  /** The password was right and only the nonce too old: the phone asks nobody and tries again (RFC 7616 §3.3). */
  readonly stale?: boolean;
  /** Offer only what is stored: a phone that may choose SHA-256 cannot be checked against an MD5 HA1. */
  readonly algorithm?: Algorithm;
}

/** The value of a WWW-Authenticate header; with several algorithms one header each, the strongest first (RFC 8760 §2.4). */
export function challenge(realm: string, secret: string, now: Date, options: ChallengeOptions = {}): string {
  const { stale = false, algorithm = 'MD5' } = options;
  const quoted = realm.replace(/["\\]/g, '\\$&');
  return [
    `Digest realm="${quoted}"`,
    `nonce="${makeNonce(realm, secret, now)}"`,
    ...(stale ? ['stale=true'] : []),
    `algorithm=${algorithm}`,
    'qop="auth"',
  ].join(', ');
}

/** The stored H(username:realm:password) in hex, or undefined when there is no such user (or none of this algorithm). */
export type Lookup = (
  username: string,
  realm: string,
  algorithm: Algorithm,
) => string | undefined | Promise<string | undefined>;

export interface Question {
  /** The Authorization header; undefined when there is none. */
  readonly authorization: string | undefined;
  readonly method: string;
  /** The request URI: credentials for another one are malformed. Left out, it is not compared. */
  readonly uri?: string;
  readonly realm: string;
  readonly secret: string;
  readonly lookup: Lookup;
  readonly counts: NonceCounts;
  readonly now: Date;
  /** What may be answered with; MD5 alone unless SHA-256 HA1s are stored. */
  readonly algorithms?: readonly Algorithm[];
}

/** `wrong` is one answer for an unknown user and a wrong password: who listens learns no user names. */
export type Verification =
  | { readonly kind: 'verified'; readonly username: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'wrong'; readonly username: string }
  | { readonly kind: 'malformed' };

/** Checks credentials (RFC 7616 §3.4). Throws only what `lookup` throws. */
export async function verify(question: Question): Promise<Verification> {
  const { authorization, realm, secret, counts, now } = question;
  if (authorization === undefined) return { kind: 'absent' };
  const credentials = readCredentials(authorization);
  if (credentials === 'other') return { kind: 'absent' };
  if (credentials === 'malformed') return { kind: 'malformed' };
  if (!(question.algorithms ?? ['MD5']).includes(credentials.algorithm)) return { kind: 'malformed' };
  if (credentials.realm !== realm) return { kind: 'absent' };
  if (question.uri !== undefined && !sameResource(credentials.uri, question.uri)) return { kind: 'malformed' };

  const { username, algorithm, nonce, nc } = credentials;
  const stored = (await question.lookup(username, realm, algorithm))?.toLowerCase();
  // What is no hash must not become a password that everybody knows.
  const ha1 = stored && new RegExp(`^[0-9a-f]{${algorithms[algorithm].hexDigits}}$`).test(stored) ? stored : undefined;
  // An unknown user costs the same work as a known one, so that time tells nothing either.
  const expected = responseTo(credentials, question.method, ha1 ?? '');
  const matches = timingSafeEqual(Buffer.from(expected), Buffer.from(credentials.response));
  if (!matches || ha1 === undefined) return { kind: 'wrong', username };

  // Only who knows the password learns that a nonce is stale (RFC 7616 §3.3).
  const issuedAt = readNonce(nonce, realm, secret)?.issuedAt;
  const earliest = now.getTime() - nonceLifetime * 1000;
  counts.forgetBefore(earliest);
  if (issuedAt === undefined || issuedAt < earliest || issuedAt > now.getTime() + clockSkew) return { kind: 'stale' };
  return counts.take(nonce, issuedAt, parseInt(nc, 16)) ? { kind: 'verified', username } : { kind: 'stale' };
}

/** H(HA1:nonce:nc:cnonce:qop:H(method:uri)), RFC 7616 §3.4.1. */
function responseTo({ algorithm, nonce, nc, cnonce, uri }: Credentials, method: string, ha1: string): string {
  const { hash } = algorithms[algorithm];
  const hex = (text: string) => createHash(hash).update(text).digest('hex');
  return hex([ha1, nonce, nc, cnonce, 'auth', hex(`${method}:${uri}`)].join(':'));
}

/** Phones leave out or reorder URI parameters between the request line and the header; who and where must be the same. */
const sameResource = (one: string, other: string) => resource(one) === resource(other);
const resource = (uri: string) => {
  const [, scheme = '', user = '', host = uri] = /^(sips?):(?:([^@]*)@)?([^;?]*)/i.exec(uri) ?? [];
  return `${scheme.toLowerCase()}:${user}@${host.toLowerCase().replace(/:5060$/, '')}`;
};
