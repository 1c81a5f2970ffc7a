import argon2 from 'argon2';

/** Makes and checks what is kept of a passcode. */
export interface PasscodeHasher {
  /** PHC format. */
  hash(passcode: string): Promise<string>;
  verify(hash: string, passcode: string): Promise<boolean>;
  /** Made under the pepper of before: to be made anew when its passcode is said. */
  isOld(hash: string): boolean;
  /** The hash of no passcode, at the cost of any other: what a guess at an unknown account is checked against. */
  readonly nobody: string;
}

/** 19 MiB, two passes, one lane: OWASP's Argon2id minimum. About 25 ms. */
export const COST = { type: argon2.argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** Associated data (RFC 9106 §3.1) of what is made under the passcodes' own pepper; before it there was the PINs', and none. */
const OWN = Buffer.from('passcode');

/** Whether a digest says that it was made under the passcodes' own pepper: `data` among its parameters, as the PHC format has it. */
const isOwn = (digest: string): boolean =>
  new RegExp(`^\\$argon2id\\$v=\\d+\\$[^$]*\\bdata=${OWN.toString('base64').replace(/=+$/, '')}(?:,|\\$)`).test(digest);

/**
 * Argon2id (RFC 9106) with a pepper that the database does not know: ten thousand possibilities are tried in minutes by whoever has the table, and
 * not at all without the pepper. `before`: the pepper under which digests were made that do not say otherwise.
 */
export async function argonHasher(pepper: string, before = pepper): Promise<PasscodeHasher> {
  if (pepper === '' || before === '') throw new Error('Passcodes need a pepper.');
  const secret = Buffer.from(pepper);
  const secretBefore = Buffer.from(before);
  const hash = (passcode: string) => argon2.hash(passcode, { ...COST, secret, associatedData: OWN });
  return {
    hash,
    verify: (digest, passcode) => argon2.verify(digest, passcode, { secret: isOwn(digest) ? secret : secretBefore }),
    isOld: (digest) => !isOwn(digest),
    nobody: await hash('no passcode has a letter'),
  };
}
