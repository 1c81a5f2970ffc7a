/**
 * The highest nonce count seen of every nonce (RFC 7616 §3.4.6): the memory that makes a captured request useless. Bounded:
 * when it is full the nonce that was used first is forgotten, and so that forgetting opens no door, every nonce as old as that
 * one is refused from then on; its phone gets `stale=true` and asks anew without troubling anybody.
 *
 * One memory per process: a process that has never seen a nonce accepts its captured request once.
 */
export class NonceCounts {
  readonly #seen = new Map<string, { count: number; readonly issuedAt: number }>();
  readonly #most: number;
  #forgottenUpTo = -Infinity;

  /** `most`: nonces kept, about 150 bytes each. */
  constructor(most = 50_000) {
    this.#most = most;
  }

  /** Takes the count of a nonce; false when it, or a higher one, was taken before, or when that is no longer known. */
  take(nonce: string, issuedAt: number, count: number): boolean {
    const seen = this.#seen.get(nonce);
    if (seen) {
      if (count <= seen.count) return false;
      seen.count = count;
      return true;
    }
    if (count < 1 || issuedAt <= this.#forgottenUpTo) return false;
    this.#seen.set(nonce, { count, issuedAt });
    for (const [oldest, { issuedAt: itsDate }] of this.#seen) {
      if (this.#seen.size <= this.#most) break;
      this.#seen.delete(oldest);
      this.#forgottenUpTo = Math.max(this.#forgottenUpTo, itsDate);
    }
    return true;
  }

  /** Forgets nonces made before this time, in milliseconds since 1970: they are too old to be accepted anyway. */
  forgetBefore(time: number): void {
    for (const [nonce, { issuedAt }] of this.#seen) {
      // The order is that of first use, near enough to that of age.
      if (issuedAt >= time) break;
      this.#seen.delete(nonce);
    }
    this.#forgottenUpTo = Math.max(this.#forgottenUpTo, time - 1);
  }

  dump(): { readonly nonces: number } {
    return { nonces: this.#seen.size };
  }
}
