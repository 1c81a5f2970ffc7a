import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const IV = 12;
const TAG = 16;
const KEY = 32;

/** The key that a picture was encrypted with is none that this process has. */
export class DocumentKeyMissing extends Error {
  override readonly name = 'DocumentKeyMissing';

  constructor(keyId: string) {
    super(`A picture is sealed under the key ${keyId}, which is not set. Add its secret to DOCUMENT_KEYS.`);
  }
}

/** The key of one picture, sealed; and under which key. */
export interface SealedKey {
  readonly keyId: string;
  readonly sealedKey: string;
}

/** Encrypts pictures, each with a key of its own, which is sealed in turn: what lies in storage and what is in the database tell nothing without this. */
export interface DocumentKeys {
  /** The one that seals from now on. */
  readonly current: string;
  /** `id`: of the picture, which opens as no other. */
  encrypt(id: string, picture: Buffer): { readonly encrypted: Buffer } & SealedKey;
  /** Throws DocumentKeyMissing, and where this is not what was encrypted as that picture. */
  decrypt(id: string, encrypted: Buffer, sealed: SealedKey): Buffer;
  /** The same key sealed under the current one. Throws DocumentKeyMissing. */
  sealAnew(id: string, sealed: SealedKey): SealedKey;
}

/** AES-256-GCM (NIST SP 800-38D): iv, tag, then what is encrypted. `about` is authenticated with it. */
function seal(key: Buffer, about: string, plain: Buffer): Buffer {
  const iv = randomBytes(IV);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(about));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function open(key: Buffer, about: string, sealed: Buffer): Buffer {
  if (sealed.length < IV + TAG) throw new Error('What was encrypted is cut off.');
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, IV), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(about)).setAuthTag(sealed.subarray(IV, IV + TAG));
  return Buffer.concat([decipher.update(sealed.subarray(IV + TAG)), decipher.final()]);
}

/**
 * Of secrets, the first of which seals; the others open what they sealed before. A key is made of each (RFC 5869), and its name follows from it, so that
 * none is told twice.
 */
export function documentKeys(secrets: readonly string[]): DocumentKeys {
  const derived = secrets.map((secret) => {
    if (secret.length < 16) throw new Error('Pictures are encrypted under secrets of sixteen characters or more.');
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'homeline documents', KEY));
    return [createHash('sha256').update(key).digest('hex').slice(0, 12), key] as const;
  });
  const [first] = derived;
  if (!first) throw new Error('Pictures are encrypted under a secret, and there is none.');
  const [current, sealing] = first;
  const keys = new Map(derived);
  const unsealed = (id: string, { keyId, sealedKey }: SealedKey): Buffer => {
    const key = keys.get(keyId);
    if (!key) throw new DocumentKeyMissing(keyId);
    return open(key, `key of ${id}`, Buffer.from(sealedKey, 'base64url'));
  };
  const sealed = (id: string, key: Buffer): SealedKey => ({
    ...{ keyId: current, sealedKey: seal(sealing, `key of ${id}`, key).toString('base64url') },
  });
  return {
    current,
    encrypt(id, picture) {
      const key = randomBytes(KEY);
      return { encrypted: seal(key, id, picture), ...sealed(id, key) };
    },
    decrypt: (id, encrypted, key) => open(unsealed(id, key), id, encrypted),
    sealAnew: (id, key) => sealed(id, unsealed(id, key)),
  };
}
