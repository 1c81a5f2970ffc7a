/** RFC 7616 §3.4, RFC 8760: what this system can check. No session variants, no auth-int. */
export const algorithms = {
  MD5: { hash: 'md5', hexDigits: 32 },
  'SHA-256': { hash: 'sha256', hexDigits: 64 },
} as const;
export type Algorithm = keyof typeof algorithms;

/** The credentials of an Authorization header. `username` is unescaped; the rest stands as it was hashed. */
export interface Credentials {
  readonly algorithm: Algorithm;
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  /** Lower-case hex. */
  readonly response: string;
  readonly cnonce: string;
  /** Eight hex digits, as they were sent. */
  readonly nc: string;
}

/** 'other': credentials of another scheme, to be answered with a challenge; 'malformed': to be answered with 400. */
export type ReadCredentials = Credentials | 'other' | 'malformed';

/** Longer is an attack: a header of this system's own challenge answers within a quarter of it. */
const longest = 4096;
const parameter = /[\s,]*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\[^])*)"|([^\s,"]+))\s*(?=,|$)/y;

/** Reads the value of an Authorization header (RFC 7616 §3.4). Parameters in any order and case; a repeated one is malformed. */
export function readCredentials(header: string): ReadCredentials {
  const text = header.trim();
  if (!/^digest(\s|$)/i.test(text)) return 'other';
  if (text.length > longest) return 'malformed';
  const found = readParameters(text.slice('digest'.length));
  if (!found) return 'malformed';
  const value = (name: string) => found.get(name) ?? '';
  const algorithm = algorithmNamed(found.get('algorithm') ?? 'MD5'); // RFC 7616 §3.3: MD5 when not given
  const [response, nc] = [value('response').toLowerCase(), value('nc')];
  // RFC 2069 clients, without qop, cannot be protected against replay; userhash needs a table that is not kept.
  const supported = value('qop').toLowerCase() === 'auth' && value('userhash').toLowerCase() !== 'true';
  if (!algorithm || !supported || !/^[\da-f]{8}$/i.test(nc)) return 'malformed';
  if (!/^[\da-f]+$/.test(response) || response.length !== algorithms[algorithm].hexDigits) return 'malformed';
  const [username, realm, nonce, uri, cnonce] = ['username', 'realm', 'nonce', 'uri', 'cnonce'].map(value);
  if (!username || !realm || !nonce || !uri || !cnonce) return 'malformed';
  return { algorithm, username: unescaped(username), realm: unescaped(realm), nonce, uri, response, cnonce, nc };
}

/** Whom the credentials name, as `verify` reads it: what failures are counted against. Empty when they name nobody. */
export function usernameIn(header: string | undefined): string {
  const read = header === undefined ? 'other' : readCredentials(header);
  return typeof read === 'string' ? '' : read.username;
}

/** By lower-case name. */
function readParameters(text: string): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>();
  parameter.lastIndex = 0;
  let end = 0;
  for (let match = parameter.exec(text); match; match = parameter.exec(text)) {
    const name = (match[1] ?? '').toLowerCase();
    if (found.has(name)) return undefined;
    found.set(name, match[2] ?? match[3] ?? '');
    end = parameter.lastIndex;
  }
  return /^[\s,]*$/.test(text.slice(end)) ? found : undefined;
}

const algorithmNamed = (name: string) =>
  (Object.keys(algorithms) as Algorithm[]).find((known) => known.toLowerCase() === name.toLowerCase());

const unescaped = (quoted: string) => quoted.replace(/\\([^])/g, '$1');
