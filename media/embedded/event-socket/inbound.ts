import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { systemClock } from '#sip-stack/clock.ts';
import { Newcomers } from '#sip-stack/newcomers.ts';
import { upTime, VERSION } from '#media/embedded/api/server-state.ts';
import type { Engine } from '#media/embedded/engine.ts';
import { EslConnection } from './connection.ts';

const HEARTBEAT_MS = 20_000;

/** The listener that controllers connect to (FreeSWITCH's port 8021), and the heartbeat they watch. */
export class InboundEventSocket {
  readonly #engine: Engine;
  readonly #server: Server;
  readonly #connections = new Set<EslConnection>();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #strangers: Newcomers;

  private constructor(engine: Engine, server: Server) {
    this.#engine = engine;
    this.#server = server;
    this.#strangers = new Newcomers(systemClock, (_, why) =>
      engine.strangers.happened((untold) => engine.log('warn', 'event socket: client turned away', { why, untold })),
    );
    this.#heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
  }

  /** Rejects with the system's error (EADDRINUSE, ...). */
  static listen(
    engine: Engine,
    options: { host: string; port: number; password: string },
  ): Promise<InboundEventSocket> {
    const server = createServer();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port, options.host, () => {
        server.off('error', reject);
        server.on('error', (error) => engine.log('error', 'event socket listener', { error: String(error) }));
        const inbound = new InboundEventSocket(engine, server);
        server.on('connection', (socket) => {
          const connection = new EslConnection(engine, socket, { password: options.password });
          inbound.#connections.add(connection);
          inbound.#strangers.came(connection);
          connection.onAuthorised = () => inbound.#strangers.settled(connection);
          connection.onClosed = () => {
            inbound.#strangers.settled(connection);
            inbound.#connections.delete(connection);
          };
        });
        resolve(inbound);
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Connections broken off because no password came. */
  get strangersTurnedAway(): number {
    return this.#strangers.turnedAway;
  }

  /** Fires a HEARTBEAT. */
  beat(): void {
    const engine = this.#engine;
    const upMs = engine.now() - engine.startedMs;
    engine.bus.fire('HEARTBEAT', {
      headers: () => ({
        'Event-Info': 'System Ready',
        'Up-Time': upTime(upMs),
        'FreeSWITCH-Version': VERSION,
        'Uptime-msec': String(Math.floor(upMs)),
        'Session-Count': String(engine.channels.size),
        'Max-Sessions': String(engine.settings.maxSessions),
        'Session-Per-Sec': '1000',
        'Session-Per-Sec-Last': '0',
        'Session-Per-Sec-Max': '0',
        'Session-Per-Sec-FiveMin': '0',
        'Session-Since-Startup': String(engine.past.channels),
        'Session-Peak-Max': String(engine.channels.size),
        'Session-Peak-FiveMin': String(engine.channels.size),
        'Idle-CPU': '100.000000',
      }),
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.destroy();
    await closed;
  }
}
