import { lookup, Resolver } from 'node:dns/promises';
import { systemClock, type Clock } from './clock.ts';

/** RFC 3403. */
export interface Naptr {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

/** RFC 2782. */
export interface Srv {
  readonly priority: number;
  readonly weight: number;
  readonly port: number;
  readonly name: string;
}

/**
 * How long a question waits for its answer, and once more twice as long: a server that is silent about NAPTR and SRV costs 3 s, less than T2
 * (RFC 3261 §17.1.1.1), before addresses are asked for. Milliseconds.
 */
const patience = 500;
const tries = 2;
/** Records of one answer that are kept; thousands would be an attack on whoever tries them one by one. */
const maxRecords = 32;
/** Answers that are kept; the oldest go first. */
const maxAnswers = 2000;
/** How long an answer is believed, whatever its TTL says. Node tells the TTL of addresses alone; NAPTR and SRV have `untold`. Seconds. */
const ttl = { least: 1, most: 300, untold: 60 };
/** How long "there is none" and "nobody answered" are believed (RFC 2308 §5, §7.2: at most five minutes). Seconds. */
const negative = { none: 30, failed: 5 };

interface Answer<T> {
  readonly records: readonly T[];
  readonly seconds: number;
}

export interface NameLookupOptions {
  /** `address` or `address:port` of the servers to ask; unless given those of the system, and its `hosts` file. */
  readonly servers?: readonly string[] | undefined;
  /** See `patience`. Milliseconds. */
  readonly timeout?: number | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Asks DNS, and remembers. A question without a good answer (no such name, no such record, a server that fails, is silent or speaks nonsense) gives
 * an empty list: for the caller they are one, the next way has to be tried.
 */
export class NameLookup {
  readonly #resolver: Resolver;
  readonly #ownServers: boolean;
  readonly #clock: Clock;
  readonly #answers = new Map<string, { readonly until: number; readonly records: Promise<readonly unknown[]> }>();

  /** @throws TypeError for a server that is no address */
  constructor({ servers, timeout = patience, clock = systemClock }: NameLookupOptions = {}) {
    this.#resolver = new Resolver({ timeout, tries });
    this.#ownServers = servers !== undefined;
    if (servers) this.#resolver.setServers(servers);
    this.#clock = clock;
  }

  naptr(name: string): Promise<readonly Naptr[]> {
    return this.#ask(`NAPTR ${name}`, async () => ({
      records: await this.#resolver.resolveNaptr(name),
      seconds: ttl.untold,
    }));
  }

  srv(name: string): Promise<readonly Srv[]> {
    return this.#ask(`SRV ${name}`, async () => ({
      records: await this.#resolver.resolveSrv(name),
      seconds: ttl.untold,
    }));
  }

  /** Address literals of A or AAAA records. */
  addresses(name: string, family: 4 | 6): Promise<readonly string[]> {
    return this.#ask(`${family === 4 ? 'A' : 'AAAA'} ${name}`, async () => {
      if (!this.#ownServers) return { records: await this.#fromSystem(name, family), seconds: ttl.untold };
      const found =
        family === 4
          ? await this.#resolver.resolve4(name, { ttl: true })
          : await this.#resolver.resolve6(name, { ttl: true });
      return { records: found.map(({ address }) => address), seconds: Math.min(...found.map((one) => one.ttl)) };
    });
  }

  /** Answers that are remembered, for the dump. */
  get size(): number {
    return this.#answers.size;
  }

  async #fromSystem(name: string, family: 4 | 6): Promise<string[]> {
    return (await lookup(name, { family, all: true })).map(({ address }) => address);
  }

  #ask<T>(question: string, put: () => Promise<Answer<T>>): Promise<readonly T[]> {
    const key = question.toLowerCase();
    const known = this.#answers.get(key);
    if (known && known.until > this.#clock.now()) return known.records as Promise<readonly T[]>;
    const keep = (seconds: number): void => {
      this.#answers.delete(key);
      this.#answers.set(key, { until: this.#clock.now() + seconds * 1000, records });
      const [oldest] = this.#answers.keys();
      if (this.#answers.size > maxAnswers && oldest !== undefined) this.#answers.delete(oldest);
    };
    const records = put().then(
      ({ records: all, seconds }) => {
        keep(all.length === 0 ? negative.none : Math.min(Math.max(seconds, ttl.least), ttl.most));
        return all.slice(0, maxRecords);
      },
      (error: NodeJS.ErrnoException) => {
        keep(error.code === 'ENOTFOUND' || error.code === 'ENODATA' ? negative.none : negative.failed);
        return [];
      },
    );
    // Whoever asks the same meanwhile waits with us.
    keep(ttl.most);
    return records;
  }
}
