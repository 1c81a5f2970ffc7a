import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Seconds of a step (RFC 6238 §4.1). */
export const STEP_SECONDS = 30;
const DIGITS = 6;
/** How many steps a phone's clock may be before or behind ours (§5.2). */
const DRIFT = 1;
/** As long as the hash (RFC 4226 §4, R6). Bytes. */
const KEY_BYTES = 20;

export const newTotpKey = (): Buffer => randomBytes(KEY_BYTES);

export const stepAt = (at: Date): number => Math.floor(at.getTime() / 1_000 / STEP_SECONDS);

/** The value of a counter (RFC 4226 §5.3); `algorithm` as RFC 6238 §1.2 allows. */
export function hotp(key: Buffer, counter: number, digits = DIGITS, algorithm = 'sha1'): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const mac = createHmac(algorithm, key).update(message).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** The step whose code this is, now or a step beside it; undefined: of none. The same time for all. */
export function stepOf(key: Buffer, code: string, at: Date): number | undefined {
  const typed = Buffer.from(code.padEnd(DIGITS).slice(0, DIGITS));
  const now = stepAt(at);
  let found: number | undefined;
  for (let step = now - DRIFT; step <= now + DRIFT; step++) {
    const wanted = Buffer.from(hotp(key, step));
    if (typed.length === wanted.length && timingSafeEqual(typed, wanted) && code.length === DIGITS) found = step;
  }
  return found;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 §6, without padding: as phones take it. */
export function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const fives = bits.match(/.{1,5}/g) ?? [];
  return fives.map((five) => ALPHABET.charAt(parseInt(five.padEnd(5, '0'), 2))).join('');
}

/** What a phone reads from a picture, as apps of one-time codes agree on it. */
export function totpUri(key: Buffer, username: string): string {
  const query = new URLSearchParams({ secret: base32(key), issuer: 'Homeline', digits: String(DIGITS) });
  return `otpauth://totp/Homeline:${encodeURIComponent(username)}?${query.toString()}&period=${STEP_SECONDS}`;
}
