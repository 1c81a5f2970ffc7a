import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { readConfig, WrongSetting } from './config.ts';
import { openLog } from './log.ts';
import { whyNot } from './why-not.ts';

/** What a process of the system tells its supervisor once it serves. */
export interface Ready {
  readonly ready: true;
  readonly ports: Readonly<Record<string, number>>;
}

/** How far a start that takes a while has come. */
export interface Progress {
  readonly progress: string;
}

/** Why it could not start, in one line. */
export interface Failed {
  readonly failed: string;
}

export type FromChild = Ready | Progress | Failed;

export interface Served {
  readonly ports: Readonly<Record<string, number>>;
  /** Resolves when everything is in order for the process to end. */
  stop(): Promise<void>;
}

/** What a process has of its machine and its supervisor. */
export type Host = Pick<NodeJS.Process, 'env' | 'on' | 'send' | 'exit' | 'stderr'>;

/** How long a process may take to stop once `DRAIN_SECONDS` are over; more than the calls themselves take then (ivr/service.ts). */
const afterDrain = 16;

/** How long a process may take to stop, in seconds; then it ends itself. */
export const stopSeconds = ({ DRAIN_SECONDS }: Pick<Config, 'DRAIN_SECONDS'>): number => DRAIN_SECONDS + afterDrain;

/**
 * The `main` of a process: reads the settings, serves, says so, and stops in order on SIGTERM, SIGINT, or when its supervisor is
 * gone. A wrong setting or a start that fails is one clear line and exit 1.
 */
export function main(
  name: string,
  serve: (config: Config, log: Logger, end: (why: string) => void) => Promise<Served>,
  host: Host = process,
): void {
  let config: Config;
  try {
    config = readConfig(host.env);
  } catch (error) {
    if (!(error instanceof WrongSetting)) throw error;
    return fail(error.message, host);
  }
  const log = openLog(name, config.LOG_LEVEL, host.env['LOG_FOLDER']);
  let served: Served | undefined;
  let stopping = false;
  const stop = (why: string, code: number) => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    // Something that never ends must not keep a process that nobody supervises any longer.
    setTimeout(() => host.exit(1), stopSeconds(config) * 1000).unref();
    Promise.resolve(served?.stop()).then(
      () => host.exit(code),
      (error: unknown) => {
        log.fatal({ err: error }, 'could not stop in order');
        host.exit(1);
      },
    );
  };
  host.on('SIGTERM', () => stop('SIGTERM', 0));
  // Ctrl-C at a terminal reaches every process at once; with a supervisor it is that which says who stops when.
  const supervised = host.send !== undefined;
  host.on('SIGINT', () => void (supervised || stop('SIGINT', 0)));
  if (supervised) host.on('disconnect', () => stop('the supervisor is gone', 0));
  host.on('unhandledRejection', (error) => log.error({ err: error }, 'a rejection that nobody handled'));

  serve(config, log, (why) => stop(why, 1)).then(
    (now) => {
      served = now;
      log.info({ ports: now.ports }, 'serving');
      host.send?.({ ready: true, ports: now.ports } satisfies Ready);
    },
    (error: unknown) => {
      log.fatal({ err: error }, 'could not start');
      fail(`${name}: ${whyNot(error)}`, host);
    },
  );
}

/** Says why it cannot start: to the supervisor, which says it to whoever started it, or to the terminal. */
function fail(why: string, host: Host): void {
  const end = () => host.exit(1);
  if (host.send) host.send({ failed: why } satisfies Failed, end);
  else {
    host.stderr.write(`${why}\n`);
    end();
  }
}

/** Tells whoever waits for this process how far it has come. */
export function report(progress: string): void {
  process.send?.({ progress } satisfies Progress);
}
