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

export interface Served {
  readonly ports: Readonly<Record<string, number>>;
  /** Resolves when everything is in order for the process to end. */
  stop(): Promise<void>;
}

/** What a process has of its machine and its supervisor. */
export type Host = Pick<NodeJS.Process, 'env' | 'on' | 'send' | 'exit' | 'stderr'>;

/** After the calls in progress, everything else may take this long to stop. */
export const lastSeconds = 16;

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
    host.stderr.write(`${error.message}\n`);
    return host.exit(1);
  }
  const log = openLog(name, config.LOG_LEVEL, host.env['LOG_FOLDER']);
  let served: Served | undefined;
  let stopping = false;
  const stop = (why: string, code: number) => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    // Something that never ends must not keep a process that nobody supervises any longer.
    setTimeout(() => host.exit(1), (config.DRAIN_SECONDS + lastSeconds) * 1000).unref();
    Promise.resolve(served?.stop()).then(
      () => host.exit(code),
      (error: unknown) => {
        log.fatal({ err: error }, 'could not stop in order');
        host.exit(1);
      },
    );
  };
  host.on('SIGTERM', () => stop('SIGTERM', 0));
  host.on('SIGINT', () => stop('SIGINT', 0));
  if (host.send) host.on('disconnect', () => stop('the supervisor is gone', 0));
  host.on('unhandledRejection', (error) => log.error({ err: error }, 'a rejection that nobody handled'));

  serve(config, log, (why) => stop(why, 1)).then(
    (now) => {
      served = now;
      log.info({ ports: now.ports }, 'serving');
      host.send?.({ ready: true, ports: now.ports } satisfies Ready);
    },
    (error: unknown) => {
      log.fatal({ err: error }, 'could not start');
      host.stderr.write(`${name}: ${whyNot(error)}\n`);
      host.exit(1);
    },
  );
}

/** Tells whoever waits for this process how far it has come. */
export function report(progress: string): void {
  process.send?.({ progress } satisfies Progress);
}
