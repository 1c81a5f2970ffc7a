import { randomBytes } from 'node:crypto';
import { MASTER_KEY_BYTES, MASTER_SALT_BYTES, type MasterKey } from './keys.ts';
import { MOST_RTP_PACKETS } from './rtp-protection.ts';

/** Keys in SDP, RFC 4568: `a=crypto:<tag> <suite> inline:<key and salt>[|lifetime][|MKI:length] [parameters]`. */

/** Bytes of the RTP tag, by suite, the preferred one first. */
export const SUITES = { AES_CM_128_HMAC_SHA1_80: 10, AES_CM_128_HMAC_SHA1_32: 4 } as const;
export type Suite = keyof typeof SUITES;

export type Crypto = {
  readonly tag: number;
  readonly suite: Suite;
  readonly master: MasterKey;
  /** Packets that may be protected with the key. */
  readonly lifetime: number;
};

const KEY_BYTES = MASTER_KEY_BYTES + MASTER_SALT_BYTES;
const KEY_TEXT = /^inline:([A-Za-z0-9+/]{40})(?:\|(2\^\d{1,2}|\d{1,15}))?$/;

const lifetimeOf = (text: string | undefined): number => {
  if (text === undefined) return MOST_RTP_PACKETS;
  const packets = text.startsWith('2^') ? 2 ** Number(text.slice(2)) : Number(text);
  return Math.min(MOST_RTP_PACKETS, packets);
};

/** Undefined: malformed, or it asks for something that is not done here (another suite, several keys, an MKI, session parameters). */
export function readCrypto(value: string): Crypto | undefined {
  const [tag = '', suite = '', keys = '', ...parameters] = value.trim().split(/\s+/);
  if (!/^\d{1,9}$/.test(tag) || !Object.hasOwn(SUITES, suite)) return undefined;
  // §6.3.7: a parameter one does not know makes the line unusable; a hint on the window does not
  if (parameters.some((parameter) => !/^WSH=\d+$/.test(parameter))) return undefined;
  const found = KEY_TEXT.exec(keys);
  const bytes = Buffer.from(found?.[1] ?? '', 'base64');
  const lifetime = lifetimeOf(found?.[2]);
  if (bytes.length !== KEY_BYTES || lifetime < 1) return undefined;
  const master = { key: bytes.subarray(0, MASTER_KEY_BYTES), salt: bytes.subarray(MASTER_KEY_BYTES) };
  return { tag: Number(tag), suite: suite as Suite, master, lifetime };
}

export const newMasterKey = (): MasterKey => ({
  key: randomBytes(MASTER_KEY_BYTES),
  salt: randomBytes(MASTER_SALT_BYTES),
});

/** The value of the attribute. */
export const writeCrypto = (tag: number, suite: Suite, { key, salt }: MasterKey): string =>
  `${tag} ${suite} inline:${Buffer.concat([key, salt]).toString('base64')}`;

export const sameKey = (a: MasterKey, b: MasterKey): boolean => a.key.equals(b.key) && a.salt.equals(b.salt);
