import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { FakeClock } from '#sip-stack/fake-clock.ts';
import type { Log } from '../log.ts';
import { startSipServer, type SipServer, type SipServerDump, type SipServerOptions } from '../server.ts';
import { Phone } from './phone.ts';

export const secret = 'open sesame';

/** What is needed of drachtio's client here. */
interface Application extends EventEmitter {
  connect(options: { host: string; port: number; secret: string }): unknown;
  disconnect(): void;
}

/** A log that keeps its lines. */
export class KeptLog implements Log {
  readonly lines: { level: string; text: string; facts: Record<string, unknown> }[] = [];
  readonly debug = this.#keep('debug');
  readonly info = this.#keep('info');
  readonly warn = this.#keep('warn');
  readonly error = this.#keep('error');

  #keep(level: string) {
    return (facts: object, text: string): void => void this.lines.push({ level, text, facts: { ...facts } });
  }
}

export const nothing = {
  dialogs: [] as SipServerDump['dialogs'],
  received: {},
  sent: {},
  early: 0,
  ringing: 0,
  pracks: 0,
  notifies: 0,
  undecided: 0,
  proxied: 0,
  transactions: { clients: {}, servers: {} },
  timers: 0,
};

/** A server on a clock that stands still, and phones around it. */
export class Stage {
  readonly server: SipServer;
  readonly clock: FakeClock;
  readonly log: KeptLog;
  readonly #closing: (() => unknown)[] = [];

  private constructor(server: SipServer, clock: FakeClock, log: KeptLog) {
    this.server = server;
    this.clock = clock;
    this.log = log;
  }

  static async open(options: Partial<SipServerOptions> = {}): Promise<Stage> {
    const clock = new FakeClock();
    const log = new KeptLog();
    const server = await startSipServer({
      sip: { host: '127.0.0.1', port: 0 },
      admin: { host: '127.0.0.1', port: 0, secret },
      clock,
      log,
      ...options,
    });
    return new Stage(server, clock, log);
  }

  async phone(): Promise<Phone> {
    const phone = await Phone.start(this.server.sipPort);
    this.onClose(() => phone.close());
    return phone;
  }

  /** Connects an application: a fresh `Srf`. */
  async connect<T extends Application>(srf: T): Promise<T> {
    srf.on('error', () => undefined);
    srf.connect({ host: '127.0.0.1', port: this.server.adminPort, secret });
    await once(srf, 'connect');
    this.onClose(() => {
      try {
        srf.disconnect();
      } catch {
        // The test has done so.
      }
    });
    return srf;
  }

  /** What is still alive after every timer has had its time; to be compared with `nothing`. */
  leftovers(): typeof nothing {
    this.clock.advance(100_000);
    const { dialogs, received, sent, early, ringing, pracks, notifies, proxied, undecided, transactions } =
      this.server.dump();
    return {
      dialogs,
      received,
      sent,
      early,
      ringing,
      pracks,
      notifies,
      undecided,
      proxied,
      transactions,
      timers: this.clock.pending,
    };
  }

  onClose(close: () => unknown): void {
    this.#closing.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
    await this.server.close();
  }
}
