import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Keeps what must be read again, such as the key of one-time codes, so that the database alone tells nobody. */
export interface Sealer {
  /** `whose`: it opens for them alone. */
  seal(whose: string, secret: Buffer): string;
  /** Throws where it was not sealed for them under this key. */
  open(whose: string, sealed: string): Buffer;
}

const IV = 12;
const TAG = 16;

/** AES-256-GCM (NIST SP 800-38D) under a key made from a secret that the database does not know (RFC 5869). */
export function sealerOf(secret: string): Sealer {
  if (secret.length < 16) throw new Error('What is sealed needs a secret of sixteen characters or more.');
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'homeline staff sealed', 32));
  return {
    seal(whose, plain) {
      const iv = randomBytes(IV);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(whose));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(whose, sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < IV + TAG) throw new Error('What was sealed is cut off.');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV), { authTagLength: TAG });
      decipher.setAAD(Buffer.from(whose)).setAuthTag(bytes.subarray(IV, IV + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(IV + TAG)), decipher.final()]);
    },
  };
}
