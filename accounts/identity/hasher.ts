import argon2 from 'argon2';
import { COST } from '../passcode/hasher.ts';

/** Makes and checks what is kept of passwords, or of answers. */
export interface SecretHasher {
  /** PHC format. */
  hash(secret: string): Promise<string>;
  verify(hash: string, secret: string): Promise<boolean>;
  /** The hash of nothing, at the cost of any other: what is checked when nobody has the address. */
  readonly nobody: string;
}

/**
 * Argon2id (RFC 9106) at the passcodes' cost, with a pepper that the database does not know. `use` is its associated data (§3.1): the hash of an answer
 * is none of a password. `cost`: what of it is otherwise, in tests that look at something else.
 */
export async function secretHasher(
  pepper: string,
  use: 'password' | 'answer' | 'staff-password',
  cost: { readonly memoryCost?: number; readonly timeCost?: number } = {},
): Promise<SecretHasher> {
  if (pepper === '') throw new Error('Passwords and answers need a pepper.');
  const options = { ...COST, ...cost, secret: Buffer.from(pepper), associatedData: Buffer.from(use) };
  const own = `data=${Buffer.from(use).toString('base64').replace(/=+$/, '')}`;
  const hash = (secret: string) => argon2.hash(secret, options);
  return {
    hash,
    verify: async (digest, secret) =>
      new RegExp(`[$,]${own}[$,]`).test(digest) && (await argon2.verify(digest, secret, { secret: options.secret })),
    // No password is so short, and no answer has a NUL.
    nobody: await hash('\0'),
  };
}
