import { createHash, timingSafeEqual } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock } from '#sip-stack/clock.ts';
import { Newcomers } from '#sip-stack/newcomers.ts';
import { Seldom } from '#sip-stack/seldom.ts';
import { Client } from './client.ts';
import { parseCommand, type Command, type SipCommand } from './commands.ts';
import { FrameError, FrameReader } from './frames.ts';
import type { Log } from './log.ts';
import type { Routes } from './routes.ts';

/** The version of the drachtio server whose protocol this is; clients ping one from 0.8.2 on. */
const version = 'v0.9.10';
/** Lines in the log about strangers that come and are turned away. */
const linesASecond = 10;
/** How long an application may take to be reached. Milliseconds. */
const dialPatience = 2_000;

export interface AdminOptions {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** `udp/address:port` and so on of the SIP side, with commas; told to every client. */
  readonly sipAddress: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly routes: Routes;
  readonly onSip: (client: Client, command: SipCommand) => void;
  readonly onGone: (client: Client) => void;
}

/** Where clients connect. */
export class AdminPort {
  readonly clients = new Set<Client>();
  readonly #options: AdminOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly strangers: Newcomers;
  readonly #comings: Seldom;
  /** What to do when a client has said who it is. */
  readonly #authenticated = new WeakMap<Client, () => void>();

  private constructor(options: AdminOptions) {
    this.#options = options;
    this.#comings = new Seldom(() => options.clock.now(), linesASecond);
    this.strangers = new Newcomers(options.clock, (socket, why) => {
      const facts = { address: (socket as Socket).remoteAddress, why };
      this.#comings.happened((untold) => options.log.warn({ ...facts, untold }, 'client turned away'));
    });
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#connected(socket));
  }

  /** Rejects with the system's error when it cannot listen. */
  static listen(options: AdminOptions): Promise<AdminPort> {
    const port = new AdminPort(options);
    return new Promise((resolve, reject) => {
      port.#server.once('error', reject);
      port.#server.listen(options.port, options.host, () => {
        port.#server.off('error', reject);
        resolve(port);
      });
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' ? (address?.port ?? 0) : 0;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  /**
   * Connects to an application that listens (`srf.listen`).
   * @returns when it has said who it is
   * @throws the network's error, or that it did not say so, or said it wrong
   */
  dial(host: string, port: number, tls: boolean): Promise<Client> {
    // As drachtio-server does: the secret is what makes sure of the application.
    const socket = tls ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port, noDelay: true });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the application did not authenticate')));
      const { clock } = this.#options;
      const tooLate = clock.after(dialPatience, () => socket.destroy(new Error('no connection in time')));
      socket.once('close', () => clock.stop(tooLate));
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        clock.stop(tooLate);
        const client = this.#connected(socket);
        const authenticated = this.#authenticated.get(client);
        this.#authenticated.set(client, () => {
          authenticated?.();
          resolve(client);
        });
      });
    });
  }

  #connected(socket: Socket): Client {
    const { log, routes, onGone } = this.#options;
    const client = new Client(socket);
    const reader = new FrameReader();
    const facts = { client: client.id, address: client.address };
    this.strangers.came(socket);
    this.#authenticated.set(client, () => this.strangers.settled(socket));
    this.#sockets.add(socket);
    this.clients.add(client);
    this.#comings.happened((untold) => log.info({ ...facts, untold }, 'client connected'));
    socket.on('error', (error) => log.warn({ ...facts, err: error }, 'client connection failed'));
    socket.on('close', () => {
      this.strangers.settled(socket);
      client.forget();
      this.#sockets.delete(socket);
      this.clients.delete(client);
      routes.forget(client);
      onGone(client);
      if (client.authenticated) log.info(facts, 'client gone');
    });
    socket.on('data', (chunk) => {
      try {
        for (const payload of reader.push(chunk))
          if (!socket.writableEnded) this.#command(client, parseCommand(payload));
      } catch (error) {
        if (!(error instanceof FrameError)) throw error;
        log.warn({ ...facts, err: error }, 'client dropped: bad frame');
        socket.destroy();
      }
    });
    return client;
  }

  #command(client: Client, command: Command): void {
    const { routes, onSip } = this.#options;
    if (!client.authenticated && command.kind !== 'authenticate')
      return this.#drop(client, command, 'not authenticated');
    switch (command.kind) {
      case 'authenticate':
        return this.#authenticate(client, command);
      case 'ping':
        return client.answer(command.id, 'OK', 'pong');
      case 'route':
        routes.add(command.verb, client);
        return client.answer(command.id, 'OK');
      case 'remove_route':
        routes.remove(command.verb, client);
        return client.answer(command.id, 'OK');
      case 'wrong':
        return this.#drop(client, command, command.why);
      default:
        return onSip(client, command);
    }
  }

  #authenticate(client: Client, command: Extract<Command, { kind: 'authenticate' }>): void {
    const { secret, sipAddress, log } = this.#options;
    if (!same(command.secret, secret)) return this.#drop(client, command, 'incorrect secret');
    client.authenticated = true;
    client.tags = command.tags;
    log.info({ client: client.id, address: client.address, tags: command.tags }, 'client authenticated');
    client.answer(command.id, 'OK', `${sipAddress}|${version}|${sipAddress}`);
    this.#authenticated.get(client)?.();
  }

  #drop(client: Client, command: Command, why: string): void {
    this.#options.log.warn({ client: client.id, address: client.address, why }, 'client dropped');
    client.answer(command.id, 'NO', why);
    client.end();
  }
}

/** Compares secrets in a time that does not depend on them. */
const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
