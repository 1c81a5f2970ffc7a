import type { StunAddress } from './stun.ts';

/**
 * Our one candidate with one of the peer's, RFC 8445 §6.1.2.6:
 *
 *     waiting --check sent--> checking --answered--> valid
 *                              '--seven checks without an answer--> failed --the peer checks us--> waiting
 */
export type PairState = 'waiting' | 'checking' | 'valid' | 'failed';

/** §14.3: the first repetition after half a second, then twice as long each time; seven in all (RFC 8489 §6.2.1). */
const FIRST_REPEAT_MS = 500;
const MOST_TRIES = 7;
/** Checks of one pair that may still be answered. */
const MOST_OPEN = 8;

/** A check that may still be answered: whether it nominates, and in which role it was sent. */
export type OpenCheck = { readonly nominates: boolean; readonly controlling: boolean };

export class CandidatePair {
  readonly remote: StunAddress;
  readonly priority: number;
  state: PairState = 'waiting';
  /** The peer has proven, by a check of its own, that it is there and knows our password. */
  heard = false;
  /** The peer has nominated it. */
  wanted = false;
  /** Our next check nominates it. */
  nominating = false;
  dueMs = 0;
  #tries = 0;
  readonly #open = new Map<string, OpenCheck>();

  constructor(remote: StunAddress, priority: number) {
    this.remote = remote;
    this.priority = priority;
  }

  /** Is a check due? */
  due(nowMs: number): boolean {
    return (this.state === 'waiting' || this.state === 'checking' || this.nominating) && nowMs >= this.dueMs;
  }

  /** A check goes out. */
  sent(transaction: Buffer, controlling: boolean, nowMs: number): void {
    this.#remember(transaction, controlling);
    this.#tries += 1;
    if (this.state === 'waiting') this.state = 'checking';
    this.dueMs = nowMs + FIRST_REPEAT_MS * 2 ** (this.#tries - 1);
  }

  /** No answer for so long that there will be none. */
  giveUp(): boolean {
    if (this.#tries < MOST_TRIES || this.state === 'valid') return false;
    this.state = 'failed';
    return true;
  }

  /** One that asks whether the peer still agrees: never repeated (RFC 7675 §5.1). */
  asked(transaction: Buffer, controlling: boolean): void {
    this.#remember(transaction, controlling);
  }

  /** What an answer answers; undefined: nothing of ours. */
  answered(transaction: Buffer): OpenCheck | undefined {
    const id = transaction.toString('hex');
    const check = this.#open.get(id);
    this.#open.delete(id);
    return check;
  }

  /** To be checked at once: from the beginning. */
  recheck(nowMs: number): void {
    if (this.state !== 'valid') this.state = 'waiting';
    this.#tries = 0;
    this.dueMs = nowMs;
  }

  #remember(transaction: Buffer, controlling: boolean): void {
    if (this.#open.size >= MOST_OPEN) this.#open.delete(this.#open.keys().next().value!);
    this.#open.set(transaction.toString('hex'), { nominates: this.nominating, controlling });
  }
}
