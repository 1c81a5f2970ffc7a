import { once } from 'node:events';
import { WebSocket } from 'ws';
import { takeIn } from '#sip-stack/intake.ts';
import { token } from '#sip-stack/token.ts';
import type { SocketAddress, Transport, TransportReceiver } from '#sip-stack/transport.ts';

/** The WebSocket of a browser: it has no address of its own (RFC 7118 §5.2.1). */
export class BrowserTransport implements Transport {
  readonly protocol = 'WS';
  readonly reliable = true;
  readonly local: SocketAddress = { address: `${token(6)}.invalid`, port: 5060 };
  receiver: TransportReceiver | undefined;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, server: SocketAddress) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => takeIn(this.receiver, data, server));
  }

  static async open(server: SocketAddress): Promise<BrowserTransport> {
    const socket = new WebSocket(`ws://${server.address}:${server.port}`, 'sip');
    const transport = new BrowserTransport(socket, server);
    await once(socket, 'open');
    return transport;
  }

  toward(): this {
    return this;
  }

  owns(): boolean {
    return false;
  }

  send(bytes: Buffer): undefined {
    this.#socket.send(bytes);
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}
