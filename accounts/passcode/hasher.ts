import argon2 from 'argon2';

/** Makes and checks what is kept of a passcode. */
export interface PasscodeHasher {
  /** PHC format. */
  hash(passcode: string): Promise<string>;
  verify(hash: string, passcode: string): Promise<boolean>;
  /** The hash of no passcode, at the cost of any other: what a guess at an unknown account is checked against. */
  readonly nobody: string;
}

/** 19 MiB, two passes, one lane: OWASP's Argon2id minimum. About 25 ms. */
const COST = { type: argon2.argon2id, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/**
 * Argon2id (RFC 9106) with a pepper that the database does not know: ten thousand possibilities are tried in minutes by whoever has the table, and
 * not at all without the pepper.
 */
export async function argonHasher(pepper: string): Promise<PasscodeHasher> {
  if (pepper === '') throw new Error('Passcodes need a pepper.');
  const secret = Buffer.from(pepper);
  const hash = (passcode: string) => argon2.hash(passcode, { ...COST, secret });
  return {
    hash,
    verify: (digest, passcode) => argon2.verify(digest, passcode, { secret }),
    nobody: await hash('no passcode has a letter'),
  };
}
