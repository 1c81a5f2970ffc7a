import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** SHA-256, hex: what is kept of a token that is random, or as good as. */
export const digestOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** 256 bits that nobody guesses. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** What is mailed to prove an address: the link's token, and six digits. */
export interface MailedSecret {
  readonly token: string;
  readonly code: string;
}

/**
 * What is made from the identity secret, which the database does not know. A mailed token follows from its proof's id, so that the mail waits in
 * the database without it and is filled in when it is sent.
 */
export interface IdentityKeys {
  mailed(proofId: string): MailedSecret;
  /** Of the registration's holder. */
  signUpToken(signUpId: string): string;
  /** Of six digits: a million possibilities, so under the key, and another one for each proof. Hex. */
  codeDigest(proofId: string, code: string): string;
  /** The six digits in a picture that whoever registers reads. */
  imageDigits(imageId: string): string;
  /** By whom something is counted, without keeping who: an e-mail address, a network address. Hex. */
  subject(use: string, who: string): string;
}

export function identityKeys(secret: string): IdentityKeys {
  if (secret.length < 16) throw new Error('Identities need a secret of sixteen characters or more.');
  // RFC 5869: a key for each use.
  const keyFor = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `homeline identity ${use}`, 32));
  const keys = {
    ...{ token: keyFor('mailed token'), code: keyFor('mailed code'), signUp: keyFor('sign-up') },
    ...{ codeDigest: keyFor('code digest'), subject: keyFor('subject'), image: keyFor('verification image') },
  };
  const mac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  // 2^48 is so much more than a million that no digit is likelier than another by more than one in 10^8.
  const sixDigits = (key: Buffer, id: string) => String(mac(key, id).readUIntBE(0, 6) % 1_000_000).padStart(6, '0');
  return {
    mailed: (proofId) => ({
      token: mac(keys.token, proofId).toString('base64url'),
      code: sixDigits(keys.code, proofId),
    }),
    signUpToken: (signUpId) => mac(keys.signUp, signUpId).toString('base64url'),
    codeDigest: (proofId, code) => mac(keys.codeDigest, JSON.stringify([proofId, code])).toString('hex'),
    imageDigits: (imageId) => sixDigits(keys.image, imageId),
    subject: (use, who) => mac(keys.subject, JSON.stringify([use, who])).toString('hex'),
  };
}
