import { isUtf8 } from 'node:buffer';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { systemClock, type Clock } from './clock.ts';
import { Connection, type Wire } from './connection.ts';
import { standardLimits, type ConnectionLimits } from './connection-limits.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { takeIn, turnAway } from './intake.ts';
import { listening, tlsServerOptions } from './listening.ts';
import { advertised, reaches } from './own-address.ts';
import { SipParseError } from './parse-error.ts';
import { isStartLine, maxMessageOctets } from './stream-framer.ts';
import type { StreamOptions } from './stream-transport.ts';
import type { Flow, SocketAddress, Transport, TransportReceiver } from './transport.ts';

/** RFC 7118 §4.1. */
const subProtocol = 'sip';
const lineFeed = 10;
const [ping, pong] = [Buffer.from('\r\n\r\n'), Buffer.from('\r\n')];
/** RFC 6455 §7.4.1: the peer broke the protocol; a frame of SIP that is none. */
const protocolError = 1002;

/**
 * SIP over WebSocket, RFC 7118: one message in a frame. Whoever speaks it (a browser) has no address to be called at: everything for it goes by
 * the connection that it opened, and nothing once that is closed.
 */
export class WebSocketTransport implements Transport {
  readonly protocol: 'WS' | 'WSS';
  readonly reliable = true;
  readonly local: SocketAddress;
  receiver: TransportReceiver | undefined;
  readonly #http: Server;
  readonly #server: WebSocketServer;
  readonly #bound: SocketAddress;
  readonly #options: StreamOptions;
  readonly #limits: ConnectionLimits;
  readonly #clock: Clock;
  readonly #doorkeeper: Doorkeeper;
  readonly #connections = new Set<Connection>();
  #closed: Promise<void> | undefined;

  private constructor(http: Server, options: StreamOptions) {
    this.#http = http;
    this.#options = options;
    this.protocol = options.tls ? 'WSS' : 'WS';
    this.#limits = { ...standardLimits, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#doorkeeper = new Doorkeeper(this.#limits);
    const { address, port } = http.address() as AddressInfo;
    this.#bound = { address, port };
    this.local = advertised(this.#bound, options.advertise);
    this.#server = new WebSocketServer({
      server: http,
      maxPayload: maxMessageOctets,
      perMessageDeflate: false,
      // §4.1: a client that does not name it speaks something else.
      verifyClient: ({ req }: { req: IncomingMessage }, done: (fits: boolean, status?: number) => void) =>
        done(offers(req).includes(subProtocol), 400),
      handleProtocols: () => subProtocol,
    });
    this.#server.on('connection', (socket, request) => this.#accepted(socket, request.socket));
    this.#server.on('error', () => undefined);
    http.on('connection', (socket: Socket) => this.#enter(socket));
    http.on('request', (_request, response) => response.writeHead(426, { Connection: 'close' }).end());
  }

  /** Listens, with `tls` for secure WebSocket. Rejects as {@link StreamTransport.listen} does. */
  static async listen(host: string, port: number, options: StreamOptions = {}): Promise<WebSocketTransport> {
    const { tls } = options;
    const patience = options.limits?.firstMessage ?? standardLimits.firstMessage;
    const limits = { headersTimeout: patience, requestTimeout: patience, connectionsCheckingInterval: patience };
    const http = tls ? createHttpsServer({ ...limits, ...tlsServerOptions(tls, patience) }) : createHttpServer(limits);
    await listening(http, host, port);
    return new WebSocketTransport(http, options);
  }

  get connections(): number {
    return this.#connections.size;
  }

  owns(to: SocketAddress): boolean {
    return reaches(this.#bound, this.local, to);
  }

  toward(): this {
    return this;
  }

  send(bytes: Buffer, { flow, address }: SocketAddress, failed?: (error: Error) => void): Flow | undefined {
    if (this.#closed) return undefined;
    if (flow instanceof Connection && flow.open && flow.transport === this) {
      flow.send(bytes, failed);
      return flow;
    }
    setImmediate(() => failed?.(new Error(`no WebSocket of ${address} is open, and none can be opened to it`)));
    return undefined;
  }

  close(): Promise<void> {
    return (this.#closed ??= new Promise((resolve) => {
      this.#http.close(() => resolve());
      this.#server.close();
      for (const connection of [...this.#connections]) connection.close('this server stops');
      this.#doorkeeper.close();
    }));
  }

  #enter(socket: Socket): void {
    const { remoteAddress = '', remotePort = 0 } = socket;
    const refusal = this.#doorkeeper.enter(socket);
    if (refusal !== undefined) this.#options.onClosed?.({ address: remoteAddress, port: remotePort }, refusal);
  }

  #accepted(socket: WebSocket, { remoteAddress: address, remotePort: port }: Socket): void {
    if (address === undefined || port === undefined) return socket.terminate();
    const remote = { address, port };
    const timing = { limits: this.#limits, clock: this.#clock };
    const connection = new Connection(this, remote, 'peer', timing, (ended, why) => {
      this.#connections.delete(ended);
      this.#options.onClosed?.(remote, why);
    });
    this.#connections.add(connection);
    connection.attach(wireOf(socket));
    socket.on('error', (error) => connection.gone(error.message));
    socket.once('close', () => connection.gone('closed by the peer'));
    socket.on('ping', () => connection.heard('keep-alive', false));
    socket.on('message', (data) => {
      if (connection.open) this.#received(connection, bytesOf(data));
    });
  }

  #received(connection: Connection, bytes: Buffer): void {
    const { remote } = connection;
    if (bytes.equals(ping) || bytes.equals(pong) || bytes.length === 0) {
      connection.heard('keep-alive', false);
      if (bytes.equals(ping)) connection.send(pong);
      return;
    }
    const { forceRport } = this.#options;
    const line = bytes.indexOf(lineFeed);
    if (isStartLine(bytes.toString('latin1', 0, line < 0 ? bytes.length : line))) {
      connection.heard('message', false);
      return takeIn(this.receiver, bytes, remote, forceRport);
    }
    turnAway(this.receiver, new SipParseError(400, 'no SIP'), remote, forceRport);
    connection.finish('no SIP');
  }
}

const offers = ({ headers }: IncomingMessage): string[] =>
  (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim().toLowerCase());

const bytesOf = (data: RawData): Buffer => {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
};

const wireOf = (socket: WebSocket): Wire => ({
  get waiting() {
    return socket.bufferedAmount;
  },
  // §5: text where it can be; a body that is no UTF-8 goes as binary.
  write: (bytes, done) => socket.send(bytes, { binary: !isUtf8(bytes) }, done),
  end: () => socket.close(protocolError),
  destroy: () => socket.terminate(),
});
