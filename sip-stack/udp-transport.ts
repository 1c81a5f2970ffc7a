import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import type { SipMessage } from './message.ts';
import { parseMessage, SipParseError } from './parse.ts';
import { isRequest, stampVia, type SocketAddress, type Transport, type TransportReceiver } from './transport.ts';

export interface UdpOptions {
  /** What Via and Contact say instead of the bound address; needed when bound to 0.0.0.0 on a machine with several addresses. */
  readonly advertise?: Partial<SocketAddress> | undefined;
  /** Answer every request to the port it came from, asked (RFC 3581) or not. */
  readonly forceRport?: boolean | undefined;
  /** Longer datagrams are rejected with 513 unread. Octets. */
  readonly maxBytes?: number | undefined;
}

const unspecified = new Set(['0.0.0.0', '::']);

/** The first address of this machine that others can reach, or loopback. */
const ownAddress = (): string =>
  Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.1';

const isOurs = (address: string): boolean =>
  Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));

/** SIP over UDP, RFC 3261 §18. */
export class UdpTransport implements Transport {
  readonly protocol = 'UDP';
  readonly reliable = false;
  readonly local: SocketAddress;
  receiver: TransportReceiver | undefined;
  readonly #socket: Socket;
  readonly #options: UdpOptions;
  #closed: Promise<void> | undefined;

  private constructor(socket: Socket, options: UdpOptions) {
    this.#socket = socket;
    this.#options = options;
    const bound = socket.address();
    const address = unspecified.has(bound.address) ? ownAddress() : bound.address;
    this.local = { address: options.advertise?.address ?? address, port: options.advertise?.port ?? bound.port };
    socket.on('message', (datagram, from) => this.#received(datagram, { address: from.address, port: from.port }));
    // An ICMP error of an earlier datagram; the transaction's timer tells of it.
    socket.on('error', () => undefined);
  }

  /**
   * Binds a socket. Rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL).
   * @param host an IPv4 literal
   * @param port 0 lets the system choose
   */
  static bind(host: string, port: number, options: UdpOptions = {}): Promise<UdpTransport> {
    const socket = createSocket({
      type: host.includes(':') ? 'udp6' : 'udp4',
      recvBufferSize: 1 << 20,
      // Addresses are literals: Node's default would go through the resolver's threads for each datagram.
      lookup: (name, _options, done) => done(null, name, name.includes(':') ? 6 : 4),
    });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(port, host, () => {
        socket.off('error', reject);
        resolve(new UdpTransport(socket, options));
      });
    });
  }

  owns({ address, port }: SocketAddress): boolean {
    const bound = this.#socket.address();
    if (port === this.local.port && address === this.local.address) return true;
    if (port !== bound.port) return false;
    return address === bound.address || unspecified.has(address) || (unspecified.has(bound.address) && isOurs(address));
  }

  send(bytes: Buffer, to: SocketAddress, failed?: (error: Error) => void): void {
    if (this.#closed) return;
    try {
      this.#socket.send(bytes, to.port, to.address, (error) => {
        if (error && !this.#closed) failed?.(error);
      });
    } catch (error) {
      // A port out of range; never thrown at the caller, who has no other way than for a lost datagram.
      setImmediate(() => failed?.(error as Error));
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= new Promise((resolve) => this.#socket.close(() => resolve())));
  }

  #received(datagram: Buffer, source: SocketAddress): void {
    if (isKeepAlive(datagram)) return;
    const message = this.#parse(datagram, source);
    if (message) this.receiver?.onMessage(message, source);
  }

  #parse(datagram: Buffer, source: SocketAddress): SipMessage | undefined {
    try {
      if (datagram.length > (this.#options.maxBytes ?? 65_535)) throw new SipParseError(513, 'Message Too Large');
      const message = parseMessage(datagram);
      if (isRequest(message)) stampVia(message, source, this.#options.forceRport);
      return message;
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      if (error.request) stampVia(error.request, source, this.#options.forceRport);
      this.receiver?.onRejected(error, source);
      return undefined;
    }
  }
}

/** CRLF pings and STUN, which start with bytes no SIP message starts with. */
const isKeepAlive = (datagram: Buffer): boolean => {
  if (datagram.length > 4) return (datagram[0] ?? 0) < 4;
  return datagram.every((byte) => byte === 13 || byte === 10 || byte === 0);
};
