import { createCipheriv, type Cipher } from 'node:crypto';

/** Session keys of SRTP, RFC 3711 §4.3, by AES in counter mode with 128-bit keys (§4.1.1, §4.3.3). */

export const MASTER_KEY_BYTES = 16;
export const MASTER_SALT_BYTES = 14;
const AUTH_KEY_BYTES = 20;
const BLOCK_BYTES = 16;

export type MasterKey = { readonly key: Buffer; readonly salt: Buffer };
export type SessionKeys = { readonly encryption: Buffer; readonly authentication: Buffer; readonly salt: Buffer };

/** §4.3.2: labels of the keys for RTP and for RTCP. */
const LABELS = {
  rtp: { encryption: 0, authentication: 1, salt: 2 },
  rtcp: { encryption: 3, authentication: 4, salt: 5 },
} as const;

/** Keystream of AES in counter mode: one cipher a session, blocks of counters in, keystream out. */
export class Keystream {
  readonly #cipher: Cipher;
  #counters = Buffer.alloc(0);

  constructor(key: Buffer) {
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
  }

  /** At least `length` bytes from the counter block `iv` on, whose last two bytes count. Valid until the next call. */
  draw(iv: Uint8Array, length: number): Buffer {
    const blocks = Math.ceil(length / BLOCK_BYTES);
    if (this.#counters.length < blocks * BLOCK_BYTES) this.#counters = Buffer.alloc(blocks * BLOCK_BYTES);
    const start = (iv[14]! << 8) | iv[15]!;
    for (let n = 0; n < blocks; n += 1) {
      this.#counters.set(iv, n * BLOCK_BYTES);
      this.#counters.writeUInt16BE((start + n) & 0xffff, n * BLOCK_BYTES + 14);
    }
    return this.#cipher.update(this.#counters.subarray(0, blocks * BLOCK_BYTES));
  }
}

const derive = (master: MasterKey, label: number, length: number): Buffer => {
  const iv = Buffer.alloc(BLOCK_BYTES);
  master.salt.copy(iv);
  // the key derivation rate is 0 (§4.3.1): the label alone goes in, before 48 bits of zeros
  iv[7]! ^= label;
  return Buffer.from(new Keystream(master.key).draw(iv, length).subarray(0, length));
};

export function sessionKeys(master: MasterKey, kind: 'rtp' | 'rtcp'): SessionKeys {
  const labels = LABELS[kind];
  return {
    encryption: derive(master, labels.encryption, MASTER_KEY_BYTES),
    authentication: derive(master, labels.authentication, AUTH_KEY_BYTES),
    salt: derive(master, labels.salt, MASTER_SALT_BYTES),
  };
}
