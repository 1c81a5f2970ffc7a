import { createHash } from 'node:crypto';
import { token } from '#sip-stack/token.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** When given, challenges for another realm are not answered. */
  readonly realm?: string;
}

/** RFC 7616 §3.3 and RFC 8760: what a phone of today must know. */
const HASHES: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256' };

const fields = (challenge: string): Map<string, string> => {
  const found = new Map<string, string>();
  for (const [, name, quoted, plain] of challenge.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g))
    found.set(name!.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
  return found;
};

/**
 * The value of Authorization or Proxy-Authorization for a Digest challenge (RFC 2617, RFC 7616; qop `auth` when it is offered).
 * Undefined when it is no challenge we can answer: another scheme, realm or algorithm.
 */
export function authorization(
  challenge: string,
  { method, uri }: { method: string; uri: string },
  { username, password, realm: only }: Credentials,
  cnonce = token(8),
): string | undefined {
  if (!/^\s*digest\s/i.test(challenge)) return undefined;
  const said = fields(challenge);
  const [realm, nonce] = [said.get('realm') ?? '', said.get('nonce') ?? ''];
  const algorithm = said.get('algorithm') ?? 'MD5';
  const name = HASHES[algorithm.toUpperCase()];
  if (name === undefined || (only !== undefined && only !== realm)) return undefined;
  const hash = (text: string): string => createHash(name).update(text).digest('hex');
  const withQop = (said.get('qop') ?? '').split(',').some((one) => one.trim().toLowerCase() === 'auth');
  const count = '00000001';
  const [ours, theirs] = [hash(`${username}:${realm}:${password}`), hash(`${method}:${uri}`)];
  const response = withQop
    ? hash(`${ours}:${nonce}:${count}:${cnonce}:auth:${theirs}`)
    : hash(`${ours}:${nonce}:${theirs}`);
  const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const parts = [
    `username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
  ];
  parts.push(`response="${response}"`, `algorithm=${algorithm}`);
  if (withQop) parts.push('qop=auth', `nc=${count}`, `cnonce="${cnonce}"`);
  const opaque = said.get('opaque');
  if (opaque !== undefined) parts.push(`opaque=${quoted(opaque)}`);
  return `Digest ${parts.join(', ')}`;
}
