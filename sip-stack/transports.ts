import { isIP } from 'node:net';
import type { Flow, Protocol, SocketAddress, Transport, TransportReceiver } from './transport.ts';

/** Several transports as one: what is sent goes by the one that fits its target. */
export class Transports implements Transport {
  readonly all: readonly Transport[];
  readonly #first: Transport;
  #receiver: TransportReceiver | undefined;

  /** @param all the first is what an address means that says no protocol and fits none */
  constructor(all: readonly [Transport, ...Transport[]]) {
    this.all = all;
    [this.#first] = all;
  }

  get protocol(): Protocol {
    return this.#first.protocol;
  }

  get reliable(): boolean {
    return this.#first.reliable;
  }

  get local(): SocketAddress {
    return this.#first.local;
  }

  get receiver(): TransportReceiver | undefined {
    return this.#receiver;
  }

  set receiver(receiver: TransportReceiver | undefined) {
    this.#receiver = receiver;
    for (const transport of this.all) transport.receiver = receiver && from(transport, receiver);
  }

  /** By its connection; else by the protocol, from an address of the same family, the one nearest to it. */
  toward(to: SocketAddress): Transport | undefined {
    if (to.flow?.open === true) return to.flow.transport;
    const protocol = to.protocol ?? (this.has('UDP') ? 'UDP' : this.#first.protocol);
    const family = isIP(to.address);
    let best: Transport | undefined;
    let nearest = -Infinity;
    for (const transport of this.all) {
      const { address } = transport.local;
      if (transport.protocol !== protocol || (family !== 0 && isIP(address) !== family)) continue;
      const near = nearness(address, to.address);
      if (near <= nearest) continue;
      best = transport;
      nearest = near;
    }
    return best;
  }

  has(protocol: Protocol): boolean {
    return this.all.some((transport) => transport.protocol === protocol);
  }

  owns(to: SocketAddress): boolean {
    const protocol = to.protocol ?? 'UDP';
    return this.all.some((transport) => transport.protocol === protocol && transport.owns(to));
  }

  send(bytes: Buffer, to: SocketAddress, failed?: (error: Error) => void): Flow | undefined {
    const transport = this.toward(to);
    if (transport) return transport.send(bytes, to, failed);
    setImmediate(() => failed?.(new Error(`no transport for ${to.protocol ?? 'UDP'} ${to.address}`)));
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map((transport) => transport.close()));
  }
}

/** What comes by a socket without connections is answered by that very socket. */
const from = (transport: Transport, receiver: TransportReceiver): TransportReceiver => {
  if (transport.reliable) return receiver;
  const flow: Flow = { transport, open: true, lost: new Set() };
  return {
    onMessage: (message, source) => receiver.onMessage(message, { ...source, flow }),
    onRejected: (error, source) => receiver.onRejected(error, { ...source, flow }),
  };
};

/** How many leading parts two addresses share; a loopback address reaches no other (drachtio-server prefers likewise). */
const nearness = (own: string, target: string): number => {
  if (isLoopback(own) !== isLoopback(target)) return isLoopback(own) ? -1 : 0;
  const [ours, theirs] = [own, target].map((address) => address.split(/[.:]/));
  const differs = (ours ?? []).findIndex((part, at) => part !== theirs?.[at]);
  return differs < 0 ? (ours ?? []).length : differs;
};

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';
