import { createHmac, timingSafeEqual } from 'node:crypto';
import { Keystream, type SessionKeys } from './keys.ts';

/** What one direction does with bytes: encryption in place and the authentication tag, RFC 3711 §4.1.1 and §4.2.1. */
export class PacketCipher {
  readonly #keys: SessionKeys;
  readonly #keystream: Keystream;
  readonly #iv = Buffer.alloc(16);

  constructor(keys: SessionKeys) {
    this.#keys = keys;
    this.#keystream = new Keystream(keys.encryption);
  }

  /** Encrypts or decrypts bytes from `start` to `end` in place. The index has 48 bits: `high` the upper 32, `low` the lower 16. */
  apply(bytes: Uint8Array, start: number, end: number, ssrc: number, high: number, low: number): void {
    if (end <= start) return;
    const iv = this.#iv;
    iv.fill(0);
    iv.writeUInt32BE(ssrc, 4);
    iv.writeUInt32BE(high, 8);
    iv.writeUInt16BE(low, 12);
    const { salt } = this.#keys;
    for (let n = 0; n < salt.length; n += 1) iv[n]! ^= salt[n]!;
    const stream = this.#keystream.draw(iv, end - start);
    for (let at = start; at < end; at += 1) bytes[at]! ^= stream[at - start]!;
  }

  /** The first `length` bytes of HMAC-SHA1 over the bytes and, for RTP, the rollover counter. */
  tag(bytes: Uint8Array, length: number, rollover?: number): Buffer {
    const hmac = createHmac('sha1', this.#keys.authentication).update(bytes);
    if (rollover !== undefined) {
      const counter = Buffer.alloc(4);
      counter.writeUInt32BE(rollover);
      hmac.update(counter);
    }
    return hmac.digest().subarray(0, length);
  }

  authentic(bytes: Uint8Array, tag: Uint8Array, rollover?: number): boolean {
    return timingSafeEqual(this.tag(bytes, tag.length, rollover), tag);
  }
}
