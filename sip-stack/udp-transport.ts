import { createSocket, type Socket } from 'node:dgram';
import { takeIn, turnAway } from './intake.ts';
import { advertised, reaches } from './own-address.ts';
import { SipParseError } from './parse-error.ts';
import type { SocketAddress, Transport, TransportReceiver } from './transport.ts';

export interface UdpOptions {
  /** What Via and Contact say instead of the bound address; needed when bound to 0.0.0.0 on a machine with several addresses. */
  readonly advertise?: Partial<SocketAddress> | undefined;
  /** Answer every request to the port it came from, asked (RFC 3581) or not. */
  readonly forceRport?: boolean | undefined;
  /** Longer datagrams are rejected with 513 unread. Octets. */
  readonly maxBytes?: number | undefined;
}

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
    this.local = advertised(socket.address(), options.advertise);
    socket.on('message', (datagram, from) => this.#received(datagram, { address: from.address, port: from.port }));
    // An ICMP error of an earlier datagram; the transaction's timer tells of it.
    socket.on('error', () => undefined);
  }

  /**
   * Binds a socket. Rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL).
   * @param host an address literal; `::` takes IPv6 alone
   * @param port 0 lets the system choose
   */
  static bind(host: string, port: number, options: UdpOptions = {}): Promise<UdpTransport> {
    const socket = createSocket({
      type: host.includes(':') ? 'udp6' : 'udp4',
      recvBufferSize: 1 << 20,
      // A socket for IPv4 stands beside this one; without it its peers would come as ::ffff:192.0.2.1.
      ...(host.includes(':') && { ipv6Only: true }),
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

  owns(to: SocketAddress): boolean {
    return reaches(this.#socket.address(), this.local, to);
  }

  toward(): this {
    return this;
  }

  send(bytes: Buffer, to: SocketAddress, failed?: (error: Error) => void): undefined {
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
    const { maxBytes = 65_535, forceRport } = this.#options;
    if (datagram.length <= maxBytes) takeIn(this.receiver, datagram, source, forceRport);
    else turnAway(this.receiver, new SipParseError(513, 'Message Too Large'), source);
  }
}

/** CRLF pings and STUN, which start with bytes no SIP message starts with. */
const isKeepAlive = (datagram: Buffer): boolean => {
  if (datagram.length > 4) return (datagram[0] ?? 0) < 4;
  return datagram.every((byte) => byte === 13 || byte === 10 || byte === 0);
};
