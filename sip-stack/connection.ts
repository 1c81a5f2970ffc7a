import type { Clock } from './clock.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import type { Flow, SocketAddress, Transport } from './transport.ts';

/** What is underneath: a socket of TCP or TLS, or a WebSocket. */
export interface Wire {
  /** Octets that the peer has not taken yet. */
  readonly waiting: number;
  write(bytes: Buffer, done: (error?: Error | null) => void): void;
  /** Closes once everything is written. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

interface Unsent {
  readonly bytes: Buffer;
  readonly failed: ((error: Error) => void) | undefined;
}

/**
 * One connection of SIP, from the wish for it to its end:
 *
 *     of ours:  connecting --opened--> quiet
 *     of peers: new --message--> quiet
 *     quiet --first octet of a message--> half --its last octet--> quiet
 *
 * Each state has its limit of time; whoever exceeds it is closed.
 */
export class Connection implements Flow {
  readonly transport: Transport;
  /** Where it leads to; its messages come from there. */
  readonly remote: SocketAddress;
  readonly lost = new Set<(error: Error) => void>();
  readonly #limits: ConnectionLimits;
  readonly #clock: Clock;
  readonly #ended: (connection: Connection, why: string) => void;
  #state: 'connecting' | 'new' | 'quiet' | 'half' | 'closed';
  #wire: Wire | undefined;
  readonly #unsent: Unsent[] = [];
  #unsentOctets = 0;
  #timer: unknown;
  #heardAt: number;

  /** @param ended called once, when nothing can be sent any more */
  constructor(
    transport: Transport,
    remote: SocketAddress,
    origin: 'ours' | 'peer',
    { limits, clock }: { readonly limits: ConnectionLimits; readonly clock: Clock },
    ended: (connection: Connection, why: string) => void,
  ) {
    this.transport = transport;
    this.remote = { ...remote, protocol: transport.protocol, flow: this };
    this.#limits = limits;
    this.#clock = clock;
    this.#ended = ended;
    this.#heardAt = clock.now();
    this.#state = origin === 'ours' ? 'connecting' : 'new';
    if (origin === 'ours') this.#allow(limits.connect, 'no connection in time');
    else this.#allow(limits.firstMessage, 'no message in time');
  }

  get open(): boolean {
    return this.#state !== 'closed';
  }

  /** What it is carried by. To one of ours nothing is written before it is `opened`. */
  attach(wire: Wire): void {
    if (this.open) this.#wire = wire;
    else wire.destroy();
  }

  /** One of ours stands; what waited for that is sent. */
  opened(): void {
    if (this.#state !== 'connecting') return;
    this.#rest();
    for (const { bytes, failed } of this.#unsent.splice(0)) this.#write(bytes, failed);
  }

  send(bytes: Buffer, failed?: (error: Error) => void): void {
    if (!this.open) setImmediate(() => failed?.(new Error('the connection is closed')));
    else if (this.#state !== 'connecting') this.#write(bytes, failed);
    else {
      this.#unsent.push({ bytes, failed });
      this.#unsentOctets += bytes.length;
      if (this.#unsentOctets > this.#limits.waiting) this.close('too much waits for the connection');
    }
  }

  /**
   * A message or keep-alive came. Keep-alives alone do not make a stranger welcome.
   * @param half part of another is there
   */
  heard(what: 'message' | 'keep-alive', half: boolean): void {
    if (!this.open || (this.#state === 'new' && what === 'keep-alive')) return;
    this.#heardAt = this.#clock.now();
    if (half) this.#begin();
    else this.#rest();
  }

  /** Octets came that do not make a message yet. */
  begun(): void {
    if (this.#state === 'quiet') this.#begin();
  }

  /** Closes at once. Whoever waits for something from it is told. */
  close(why: string): void {
    if (!this.open) return;
    this.#over(why);
    this.#wire?.destroy();
  }

  /** Closes once what was sent has gone out; nothing further is taken in. */
  finish(why: string): void {
    if (!this.open) return;
    this.#over(why);
    this.#wire?.end();
    // Unless the peer does not take it.
    this.#timer = this.#clock.after(this.#limits.halfMessage, () => this.#wire?.destroy());
  }

  /** The wire is closed. */
  gone(why: string): void {
    this.close(why);
    this.#clock.stop(this.#timer);
  }

  #write(bytes: Buffer, failed: Unsent['failed']): void {
    const wire = this.#wire;
    if (!wire) return;
    wire.write(bytes, (error) => {
      if (error) failed?.(error);
    });
    if (wire.waiting > this.#limits.waiting) this.close('the peer reads too slowly');
  }

  #begin(): void {
    this.#state = 'half';
    this.#allow(this.#limits.halfMessage, 'half a message');
  }

  #rest(): void {
    const before = this.#state;
    this.#state = 'quiet';
    // While it is quiet the timer runs on, and looks how long that has been when it fires.
    if (before !== 'quiet') this.#watch(this.#limits.idle);
  }

  #watch(ms: number): void {
    this.#clock.stop(this.#timer);
    this.#timer = this.#clock.after(ms, () => {
      const left = this.#heardAt + this.#limits.idle - this.#clock.now();
      if (left > 0) this.#watch(left);
      else this.close('idle');
    });
  }

  #allow(ms: number, why: string): void {
    this.#clock.stop(this.#timer);
    this.#timer = this.#clock.after(ms, () => this.close(why));
  }

  #over(why: string): void {
    this.#state = 'closed';
    this.#clock.stop(this.#timer);
    const error = new Error(`connection closed: ${why}`);
    this.#ended(this, why);
    for (const { failed } of this.#unsent.splice(0)) failed?.(error);
    for (const tell of [...this.lost]) tell(error);
    this.lost.clear();
  }
}
