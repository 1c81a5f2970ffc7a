import { Child } from './child.ts';

/** A phone speaks in this millisecond of every 20, and to this port. */
export interface SpeakingPhone {
  readonly slot: number;
  readonly port: number;
}

export type ToPhones =
  { readonly kind: 'add'; readonly phones: readonly SpeakingPhone[] } | { readonly kind: 'count' | 'tell' | 'clear' };

/** What all phones together saw since they were told to count. */
export interface Counted {
  readonly sent: number;
  readonly received: number;
  /** By sequence number. */
  readonly lost: number;
  readonly reordered: number;
  readonly strangers: number;
  /** Calls of sendmmsg that the kernel refused. */
  readonly refused: number;
  /** Milliseconds in which nobody spoke, as the phones had no CPU: the count is void. */
  readonly givenUpMs: number;
  readonly spacingMs: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** How late the phones' own clock was. */
  readonly lateMs: { readonly p99: number; readonly max: number };
}

export type FromPhones =
  | { readonly kind: 'ready'; readonly ports: readonly number[] }
  | { readonly kind: 'added' | 'counting' | 'cleared' }
  | ({ readonly kind: 'counted' } & Counted);

/** The phones of the bench, all in one process of their own. */
export class Phones {
  readonly #child: Child<ToPhones, FromPhones>;
  readonly #ports: readonly number[];
  #named = 0;

  private constructor(child: Child<ToPhones, FromPhones>, ports: readonly number[]) {
    this.#child = child;
    this.#ports = ports;
  }

  static async start(): Promise<Phones> {
    const { child, first } = await Child.start<ToPhones, FromPhones>('phones-process.ts');
    if (first.kind !== 'ready') throw new Error(`the phones said ${first.kind}`);
    return new Phones(child, first.ports);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Where the next phone listens. */
  next(): { readonly slot: number; readonly port: number } {
    const slot = this.#named++ % this.#ports.length;
    return { slot, port: this.#ports[slot] ?? 0 };
  }

  /** They speak to these ports from now on. */
  async speak(phones: readonly SpeakingPhone[]): Promise<void> {
    await this.#child.ask({ kind: 'add', phones });
  }

  /** Counts for so many milliseconds. */
  async count(ms: number): Promise<Counted> {
    await this.#child.ask({ kind: 'count' });
    await new Promise((resolve) => setTimeout(resolve, ms));
    const counted = await this.#child.ask({ kind: 'tell' });
    if (counted.kind !== 'counted') throw new Error(`the phones said ${counted.kind}`);
    return counted;
  }

  /** All fall silent and are forgotten. */
  async clear(): Promise<void> {
    await this.#child.ask({ kind: 'clear' });
  }

  end(): Promise<void> {
    return this.#child.end();
  }
}
