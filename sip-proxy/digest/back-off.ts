export interface BackOffLimits {
  /** Failures that cost nothing, per user name of one source, and per source whatever the user names. */
  readonly freePerUser: number;
  readonly freePerSource: number;
  /** The first wait, in milliseconds; every further failure doubles it up to `longestWait`. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** One failure is forgiven every so many milliseconds. */
  readonly forgiveUserEvery: number;
  readonly forgiveSourceEvery: number;
  /** How long a phone that showed its password is believed, in milliseconds: longer than a registration lasts. */
  readonly standing: number;
  /** Sources and users remembered; beyond it those that failed longest ago are forgotten. */
  readonly most: number;
}

export const backOffLimits: BackOffLimits = {
  freePerUser: 3,
  freePerSource: 20,
  firstWait: 1000,
  longestWait: 15 * 60_000,
  forgiveUserEvery: 15 * 60_000,
  forgiveSourceEvery: 5 * 60_000,
  standing: 2 * 60 * 60_000,
  most: 20_000,
};

interface Tally {
  /** Those not forgiven yet, in fractions too. */
  readonly failures: number;
  readonly at: number;
  readonly waitUntil: number;
}

/** No tally grows further beyond what is free: it could not be forgiven in reasonable time. */
const doublings = 24;

/**
 * Slows down who guesses passwords: per source and user name, and per source for guesses over many names. A facility whose
 * phones share an address is not locked out by one of them with an old password: that phone soon waits a quarter of an hour
 * between failures, while its source is forgiven three. Nor by somebody who guesses on behind that address: a phone that has shown its
 * password is believed for two hours, as long as it sends from the same port and makes no mistake itself.
 */
export class BackOff {
  readonly #tallies = new Map<string, Tally>();
  /** Phones that showed their password, and until when they are believed; in the order in which they did. */
  readonly #standing = new Map<string, number>();
  readonly #limits: BackOffLimits;
  readonly #now: () => number;

  /** `now`: milliseconds, of any clock that never goes back. */
  constructor(now: () => number, limits: Partial<BackOffLimits> = {}) {
    this.#now = now;
    this.#limits = { ...backOffLimits, ...limits };
  }

  /**
   * Milliseconds for which attempts of this user from this source are to be refused unread; 0 when they may try.
   * @param port of the source: a phone that showed its password from there waits for no failure of others
   */
  wait(source: string, username: string, port: number): number {
    if ((this.#standing.get(phoneKey(source, username, port)) ?? 0) > this.#now()) return 0;
    const until = [sourceKey(source), userKey(source, username)].map((key) => this.#tallies.get(key)?.waitUntil ?? 0);
    return Math.max(0, Math.max(...until) - this.#now());
  }

  failed(source: string, username: string, port: number): void {
    this.#standing.delete(phoneKey(source, username, port));
    const { freePerSource, freePerUser, forgiveSourceEvery, forgiveUserEvery } = this.#limits;
    this.#count(sourceKey(source), freePerSource, forgiveSourceEvery);
    this.#count(userKey(source, username), freePerUser, forgiveUserEvery);
  }

  /** Clears this user's failures; those of the source stay, or one good account would cover for guesses at others. */
  succeeded(source: string, username: string, port: number): void {
    this.#tallies.delete(userKey(source, username));
    const phone = phoneKey(source, username, port);
    this.#standing.delete(phone);
    this.#standing.set(phone, this.#now() + this.#limits.standing);
    forgetBeyond(this.#standing, this.#limits.most);
  }

  dump(): { readonly remembered: number; readonly waiting: number } {
    const waiting = [...this.#tallies.values()].filter(({ waitUntil }) => waitUntil > this.#now()).length;
    return { remembered: this.#tallies.size, waiting };
  }

  #count(key: string, free: number, forgiveEvery: number): void {
    const { firstWait, longestWait, most } = this.#limits;
    const now = this.#now();
    const before = this.#tallies.get(key);
    const left = before ? Math.max(0, before.failures - (now - before.at) / forgiveEvery) : 0;
    const failures = Math.min(left + 1, free + doublings);
    const wait = failures <= free ? 0 : Math.min(longestWait, firstWait * 2 ** (Math.ceil(failures - free) - 1));
    this.#tallies.delete(key); // the order is that of the latest failure
    this.#tallies.set(key, { failures, at: now, waitUntil: now + wait });
    forgetBeyond(this.#tallies, most);
  }
}

/** Forgets what came first. */
const forgetBeyond = (remembered: Map<string, unknown>, most: number): void => {
  for (const oldest of remembered.keys()) {
    if (remembered.size <= most) break;
    remembered.delete(oldest);
  }
};

const sourceKey = (source: string) => `${source}\n`;
/** User names come from outside: a long one is cut, or it would fill the memory that `most` is to bound. */
const userKey = (source: string, username: string) => `${source}\n\n${username.slice(0, 64)}`;
const phoneKey = (source: string, username: string, port: number) => `${userKey(source, username)}\n${port}`;
