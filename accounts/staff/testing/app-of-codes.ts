import { hotp, stepAt } from '../totp.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The key that somebody types into an app, as it reads base32 (RFC 4648 §6). */
function keyOf(secret: string): Buffer {
  const bits = [...secret].map((one) => ALPHABET.indexOf(one).toString(2).padStart(5, '0'));
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** The six digits that an app shows at a moment. */
export const shownByApp = (secret: string, at: Date): string => hotp(keyOf(secret), stepAt(at));
