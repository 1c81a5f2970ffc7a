import { SipResponse } from '../message.ts';
import { parseMessage, readMessage, SipParseError } from '../parse.ts';
import { isRequest, stampVia, type SocketAddress, type Transport, type TransportReceiver } from '../transport.ts';

interface Flight {
  readonly bytes: Buffer;
  readonly from: FakeTransport;
  readonly to: SocketAddress;
}

/** Datagrams in memory, delivered at once and in order, for tests: what is to be lost or to fail is said beforehand. */
export class FakeNetwork {
  /** `from > to METHOD` or `from > to status METHOD`, with ` lost` or ` failed` at the end; names are those of the transports. */
  readonly log: string[] = [];
  readonly #nodes = new Map<string, FakeTransport>();
  readonly #fates: { readonly what: string; readonly fate: 'lost' | 'failed' }[] = [];
  readonly #queue: Flight[] = [];
  #busy = false;

  /** A transport called `name`, at an address of its own. */
  transport(name: string, options: { reliable?: boolean } = {}): FakeTransport {
    const local = { address: `192.0.2.${this.#nodes.size + 1}`, port: 5060 };
    const node = new FakeTransport(name, local, options.reliable ?? false, (flight) => this.#fly(flight));
    this.#nodes.set(local.address, node);
    return node;
  }

  /** Loses the next message logged as `what` (`a > b INVITE`), once per call. */
  lose(what: string): void {
    this.#fates.push({ what, fate: 'lost' });
  }

  /** Makes the next sending logged as `what` fail at its sender. */
  fail(what: string): void {
    this.#fates.push({ what, fate: 'failed' });
  }

  /** The log since the last call. */
  take(): string[] {
    return this.log.splice(0);
  }

  #fly(flight: Flight): void {
    this.#queue.push(flight);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#deliver(next);
    } finally {
      this.#busy = false;
    }
  }

  #deliver({ bytes, from, to, failed }: Flight & { failed?: (error: Error) => void }): void {
    const message = readMessage(bytes, 'to the end');
    const node = this.#nodes.get(to.address);
    const name = message instanceof SipResponse ? `${message.status} ${message.cseq.method}` : message.method;
    const line = `${from.name} > ${node?.name ?? to.address} ${name}`;
    const at = this.#fates.findIndex(({ what }) => what === line);
    const [fate] = at < 0 ? [] : this.#fates.splice(at, 1);
    this.log.push(fate ? `${line} ${fate.fate}` : line);
    if (fate?.fate === 'failed') failed?.(new Error('unreachable'));
    if (!fate) node?.take(bytes, from.local);
  }
}

export class FakeTransport implements Transport {
  readonly protocol = 'UDP';
  readonly name: string;
  readonly local: SocketAddress;
  readonly reliable: boolean;
  receiver: TransportReceiver | undefined;
  readonly #fly: (flight: Flight & { failed?: ((error: Error) => void) | undefined }) => void;

  constructor(name: string, local: SocketAddress, reliable: boolean, fly: (flight: Flight) => void) {
    this.name = name;
    this.local = local;
    this.reliable = reliable;
    this.#fly = fly;
  }

  owns(to: SocketAddress): boolean {
    return to.address === this.local.address && to.port === this.local.port;
  }

  toward(): this {
    return this;
  }

  send(bytes: Buffer, to: SocketAddress, failed?: (error: Error) => void): undefined {
    this.#fly({ bytes, from: this, to, failed });
  }

  /** A datagram arrives. */
  take(bytes: Buffer, source: SocketAddress): void {
    let message;
    try {
      message = parseMessage(bytes);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.receiver?.onRejected(error, source);
      return;
    }
    if (isRequest(message)) stampVia(message, source);
    this.receiver?.onMessage(message, source);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
