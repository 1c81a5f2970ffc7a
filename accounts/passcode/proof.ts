/** How long after the passcode was said it still speaks for the holder: a call's length. Milliseconds. */
export const PROOF_MS = 15 * 60_000;

/**
 * That somebody has just said an account's passcode. checkPasscode() makes it, in this process; nothing of it can be sent, stored or made up from
 * a request.
 */
export class PasscodeProof {
  readonly #accountId: string;
  readonly #at: Date;

  constructor(accountId: string, at: Date) {
    this.#accountId = accountId;
    this.#at = at;
  }

  /** Whether it speaks for this account at `now`. */
  stands(accountId: string, now: Date): boolean {
    const age = now.getTime() - this.#at.getTime();
    return accountId === this.#accountId && age >= 0 && age <= PROOF_MS;
  }
}
