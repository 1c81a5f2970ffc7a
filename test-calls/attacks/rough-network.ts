import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Transport } from '#sip-stack/transport.ts';
import type { Random } from './random.ts';

/** What a bad network does to datagrams. Shares are 0 to 1. */
export interface Roughness {
  readonly loss: number;
  /** Every datagram is late by as much as this at most, ms: so some overtake others. */
  readonly jitterMs: number;
  readonly duplication: number;
}

/** 5 % lost, up to 30 ms late, 2 % twice: what a poor radio link does. */
export const rough: Roughness = { loss: 0.05, jitterMs: 30, duplication: 0.02 };

interface Counts {
  passed: number;
  lost: number;
  twice: number;
}

/** One way through the bad network: what comes in on one side goes out on the other, to where that side's peer is. */
class Way {
  readonly #near: Socket;
  readonly #far: Socket;
  /** Who speaks on the near side; answered where they were last heard. */
  #caller: { address: string; port: number } | undefined;
  #open = true;

  constructor(near: Socket, far: Socket, to: number, carry: (send: () => void) => void) {
    this.#near = near;
    this.#far = far;
    near.on('message', (bytes, from) => {
      this.#caller = { address: from.address, port: from.port };
      carry(() => this.#open && far.send(bytes, to, '127.0.0.1', () => undefined));
    });
    far.on('message', (bytes) =>
      carry(() => {
        if (this.#open && this.#caller) near.send(bytes, this.#caller.port, this.#caller.address, () => undefined);
      }),
    );
  }

  get port(): number {
    return this.#near.address().port;
  }

  close(): void {
    this.#open = false;
    this.#near.close();
    this.#far.close();
  }
}

/**
 * A bad network between somebody and a port: to be used where `tc netem` cannot be had, and in tests, because the same seed does the same.
 *
 *     phone ---> near port | lost, late, twice | far port ---> port behind it
 */
export class RoughNetwork {
  readonly counts: Counts = { passed: 0, lost: 0, twice: 0 };
  readonly #random: Random;
  readonly #roughness: Roughness;
  readonly #ways: Way[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(random: Random, roughness: Roughness) {
    this.#random = random;
    this.#roughness = roughness;
  }

  /** Lays the bad network between a transport and the world, both ways. */
  under(inner: Transport): Transport {
    const { protocol, reliable, local } = inner;
    const { carry } = this;
    return {
      protocol,
      reliable,
      local,
      toward: (to) => inner.toward(to),
      owns: (to) => inner.owns(to),
      close: () => inner.close(),
      send: (bytes, to, failed) => {
        carry(() => inner.send(bytes, to, failed));
        return undefined;
      },
      get receiver() {
        return inner.receiver;
      },
      set receiver(receiver) {
        inner.receiver = receiver && {
          onMessage: (message, source) => carry(() => receiver.onMessage(message, source)),
          onRejected: (error, source) => receiver.onRejected(error, source),
        };
      },
    };
  }

  /** A port that leads to `to` through the bad network, both ways. */
  async to(to: number): Promise<number> {
    const way = new Way(await bound(), await bound(), to, (send) => this.carry(send));
    this.#ways.push(way);
    return way.port;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const way of this.#ways) way.close();
  }

  /** Does to `send` what the network does to a datagram: not at all, later, or twice. */
  readonly carry = (send: () => void): void => {
    const { loss, jitterMs, duplication } = this.#roughness;
    if (this.#random.chance(loss)) {
      this.counts.lost += 1;
      return;
    }
    this.counts.passed += 1;
    this.#later(send, this.#random.below(jitterMs + 1));
    if (!this.#random.chance(duplication)) return;
    this.counts.twice += 1;
    this.#later(send, this.#random.below(jitterMs + 1));
  };

  #later(send: () => void, ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      send();
    }, ms);
    this.#timers.add(timer);
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 1 << 20,
    lookup: (name, _, done) => done(null, name, 4),
  });
  const listening = once(socket, 'listening');
  socket.on('error', () => undefined);
  socket.bind(0, '127.0.0.1');
  await listening;
  return socket;
}
