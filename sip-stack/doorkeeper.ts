import type { Socket } from 'node:net';
import type { ConnectionLimits } from './connection-limits.ts';

/** Of TCP itself (SO_KEEPALIVE), so that a peer that went away is noticed: drachtio-server's `tcp-keepalive-interval`. Milliseconds. */
const keepAliveMs = 45_000;

/** Knows every socket of a transport, and turns those away that would be too many. */
export class Doorkeeper {
  readonly #limits: ConnectionLimits;
  readonly #bySource = new Map<string, number>();
  readonly #sockets = new Set<Socket>();
  #incoming = 0;
  #closed = false;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /** One that came in, before any handshake. @returns why it is turned away, and closed; undefined when it is let in */
  enter(socket: Socket): string | undefined {
    const { remoteAddress = '' } = socket;
    const others = this.#bySource.get(remoteAddress) ?? 0;
    this.know(socket);
    const full = this.#incoming >= this.#limits.total;
    if (this.#closed || full || others >= this.#limits.perSource) {
      socket.destroy();
      return full ? 'too many connections' : 'too many connections of this address';
    }
    this.#incoming += 1;
    this.#bySource.set(remoteAddress, others + 1);
    socket.once('close', () => this.#left(remoteAddress));
    return undefined;
  }

  /** One of ours: it is closed with the rest. */
  know(socket: Socket): void {
    // Whoever uses it hears of its errors; one that nobody uses yet must not end the process.
    socket.on('error', () => undefined);
    socket.setKeepAlive(true, keepAliveMs);
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** Closes every socket; none is let in any more. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #left(address: string): void {
    const others = (this.#bySource.get(address) ?? 0) - 1;
    this.#incoming -= 1;
    if (others > 0) this.#bySource.set(address, others);
    else this.#bySource.delete(address);
  }
}
