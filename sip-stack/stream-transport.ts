import { connect as connectTcp, createServer, isIP, type AddressInfo, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { systemClock, type Clock } from './clock.ts';
import { Connection, type Wire } from './connection.ts';
import { standardLimits, type ConnectionLimits } from './connection-limits.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { takeIn, turnAway } from './intake.ts';
import { listening, tlsServerOptions } from './listening.ts';
import { SipRequest } from './message.ts';
import { advertised, isUnspecified, reaches } from './own-address.ts';
import { readMessage, SipParseError } from './parse.ts';
import { StreamFramer, type StreamFault } from './stream-framer.ts';
import type { Flow, SocketAddress, Transport, TransportReceiver } from './transport.ts';

export interface TlsOptions {
  /** PEM. */
  readonly key: string | Buffer;
  readonly cert: string | Buffer;
  /** PEM of who vouches for the certificates of others; those the system trusts unless given. */
  readonly ca?: string | Buffer | undefined;
  /** False takes any certificate of those we connect to. */
  readonly verify?: boolean | undefined;
  /** True wants a certificate of those who connect to us. */
  readonly verifyPeers?: boolean | undefined;
}

export interface StreamOptions {
  /** TLS instead of TCP. */
  readonly tls?: TlsOptions | undefined;
  /** What Via and Contact say instead of the bound address. */
  readonly advertise?: Partial<SocketAddress> | undefined;
  /** See `UdpOptions`. */
  readonly forceRport?: boolean | undefined;
  readonly limits?: Partial<ConnectionLimits> | undefined;
  readonly clock?: Clock | undefined;
  /** Told why a connection was closed, or not taken; for the log. */
  readonly onClosed?: ((remote: SocketAddress, why: string) => void) | undefined;
}

const pong = Buffer.from('\r\n');

/**
 * SIP over TCP or TLS, RFC 3261 §18. Answers go by the connection of their request; requests open one to their target, or go by one that
 * is open to that very address and port.
 */
export class StreamTransport implements Transport {
  readonly protocol: 'TCP' | 'TLS';
  readonly reliable = true;
  readonly local: SocketAddress;
  receiver: TransportReceiver | undefined;
  readonly #server: Server;
  readonly #bound: SocketAddress;
  readonly #options: StreamOptions;
  readonly #limits: ConnectionLimits;
  readonly #clock: Clock;
  readonly #doorkeeper: Doorkeeper;
  readonly #connections = new Set<Connection>();
  /** Those that a request can go by, by where they lead. */
  readonly #byTarget = new Map<string, Connection>();
  #closed: Promise<void> | undefined;

  private constructor(server: Server, options: StreamOptions) {
    this.#server = server;
    this.#options = options;
    this.protocol = options.tls ? 'TLS' : 'TCP';
    this.#limits = { ...standardLimits, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#doorkeeper = new Doorkeeper(this.#limits);
    const { address, port } = server.address() as AddressInfo;
    this.#bound = { address, port };
    this.local = advertised(this.#bound, options.advertise);
    server.on('connection', (socket: Socket) => this.#enter(socket));
    if (options.tls) server.on('secureConnection', (socket: Socket) => this.#accepted(socket));
    // A handshake that failed; the socket is closed, and says so.
    server.on('tlsClientError', () => undefined);
  }

  /**
   * Listens. Rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL), or that of a key or certificate that is none.
   * @param host an address literal; `::` takes IPv6 alone
   * @param port 0 lets the system choose
   */
  static async listen(host: string, port: number, options: StreamOptions = {}): Promise<StreamTransport> {
    const { tls, limits } = options;
    const patience = limits?.firstMessage ?? standardLimits.firstMessage;
    const server = tls
      ? createTlsServer({ noDelay: true, ...tlsServerOptions(tls, patience) })
      : createServer({ noDelay: true });
    await listening(server, host, port);
    return new StreamTransport(server, options);
  }

  /** Open connections, ours and theirs. */
  get connections(): number {
    return this.#connections.size;
  }

  owns(to: SocketAddress): boolean {
    return reaches(this.#bound, this.local, to);
  }

  toward(): this {
    return this;
  }

  send(bytes: Buffer, to: SocketAddress, failed?: (error: Error) => void): Flow | undefined {
    if (this.#closed) return undefined;
    const { flow } = to;
    const connection = flow instanceof Connection && flow.open && flow.transport === this ? flow : this.#toward(to);
    connection.send(bytes, failed);
    return connection;
  }

  close(): Promise<void> {
    return (this.#closed ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const connection of [...this.#connections]) connection.close('this server stops');
      this.#doorkeeper.close();
    }));
  }

  /** Before any handshake: whether it may come in at all. */
  #enter(socket: Socket): void {
    const { remoteAddress = '', remotePort = 0 } = socket;
    const refusal = this.#doorkeeper.enter(socket);
    if (refusal !== undefined) this.#options.onClosed?.({ address: remoteAddress, port: remotePort }, refusal);
    else if (!this.#options.tls) this.#accepted(socket);
  }

  #accepted(socket: Socket): void {
    const { remoteAddress: address, remotePort: port } = socket;
    // Closed during the handshake.
    if (address === undefined || port === undefined) return void socket.destroy();
    const connection = this.#open({ address, port }, 'peer');
    // By a connection of TLS from somebody whose name is not known no request goes but by the flow itself.
    if (!this.#options.tls) this.#keep(targetOf({ address, port }), connection);
    this.#carry(connection, socket);
  }

  #open(remote: SocketAddress, origin: 'ours' | 'peer'): Connection {
    const timing = { limits: this.#limits, clock: this.#clock };
    const connection = new Connection(this, remote, origin, timing, (ended, why) => {
      this.#connections.delete(ended);
      for (const key of [targetOf(remote), targetOf({ ...remote, name: undefined })])
        if (this.#byTarget.get(key) === ended) this.#byTarget.delete(key);
      this.#options.onClosed?.(remote, why);
    });
    this.#connections.add(connection);
    return connection;
  }

  #keep(key: string, connection: Connection): void {
    if (!this.#byTarget.has(key)) this.#byTarget.set(key, connection);
  }

  #toward(to: SocketAddress): Connection {
    const key = targetOf({ ...to, name: this.#options.tls ? to.name : undefined });
    const known = this.#byTarget.get(key);
    if (known) return known;
    const remote = { address: to.address, port: to.port, name: to.name };
    const connection = this.#open(remote, 'ours');
    this.#keep(key, connection);
    this.#connect(connection, remote);
    return connection;
  }

  #connect(connection: Connection, remote: SocketAddress): void {
    const { tls } = this.#options;
    const own = isUnspecified(this.#bound.address) ? {} : { localAddress: this.#bound.address };
    const where = { host: remote.address, port: remote.port, noDelay: true, ...own };
    let socket: Socket;
    try {
      // An address literal is no name that a server could be asked for (RFC 6066 §3); its certificate has to bear the address.
      const servername = remote.name ?? '';
      socket = tls
        ? connectTls({
            ...where,
            key: tls.key,
            cert: tls.cert,
            ...(tls.ca !== undefined && { ca: tls.ca }),
            rejectUnauthorized: tls.verify !== false,
            ...(servername !== '' && isIP(servername) === 0 && { servername }),
          })
        : connectTcp(where);
    } catch (error) {
      // A port out of range.
      setImmediate(() => connection.close((error as Error).message));
      return;
    }
    this.#doorkeeper.know(socket);
    this.#carry(connection, socket);
    socket.once(tls ? 'secureConnect' : 'connect', () => connection.opened());
  }

  /** Takes what comes by a socket, until it closes. */
  #carry(connection: Connection, socket: Socket): void {
    const framer = new StreamFramer();
    connection.attach(wireOf(socket));
    socket.on('error', (error) => connection.gone(error.message));
    socket.once('close', () => connection.gone('closed by the peer'));
    socket.on('data', (chunk: Buffer) => {
      framer.add(chunk);
      this.#received(connection, framer);
    });
  }

  #received(connection: Connection, framer: StreamFramer): void {
    while (connection.open) {
      const framed = framer.next();
      if (!framed) {
        if (framer.half) connection.begun();
        return;
      }
      switch (framed.kind) {
        case 'fault':
          return this.#fault(connection, framed);
        case 'ping':
          connection.heard('keep-alive', framer.half);
          connection.send(pong);
          break;
        case 'message':
          connection.heard('message', framer.half);
          takeIn(this.receiver, framed.bytes, connection.remote, this.#options.forceRport);
      }
    }
  }

  /** Nobody knows where the next message would begin (RFC 3261 §18.3): answered if there is a request, and closed. */
  #fault(connection: Connection, { status, why, head }: StreamFault): void {
    let request: SipRequest | undefined;
    try {
      const message = head && readMessage(head, 'to the end');
      // An ACK has no answer (§17.1.1.3); without a Via there is no way back.
      if (message instanceof SipRequest && message.method !== 'ACK' && message.via) request = message;
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
    }
    const error = new SipParseError(status, why, request);
    turnAway(this.receiver, error, connection.remote, this.#options.forceRport);
    connection.finish(why);
  }
}

const targetOf = ({ address, port, name }: SocketAddress): string => `${name ?? ''} ${address} ${port}`;

const wireOf = (socket: Socket): Wire => ({
  get waiting() {
    return socket.writableLength;
  },
  write: (bytes, done) => void socket.write(bytes, done),
  end: () => socket.destroySoon(),
  destroy: () => socket.destroy(),
});
