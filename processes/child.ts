import { join } from 'node:path';
import type { Logger } from 'pino';
import { destination, pino } from 'pino';
import type { Config } from './config.ts';
import { readConfig, WrongSetting } from './config.ts';

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

/** After the calls in progress, everything else may take this long to stop. */
const lastSeconds = 9;

/**
 * The `main` of a process: reads the settings, serves, says so, and stops in order on SIGTERM, SIGINT, or when its supervisor is
 * gone. A wrong setting or a start that fails is one clear line and exit 1.
 */
export function main(
  name: string,
  serve: (config: Config, log: Logger, end: (why: string) => void) => Promise<Served>,
): void {
  let config: Config;
  try {
    config = readConfig(process.env);
  } catch (error) {
    if (!(error instanceof WrongSetting)) throw error;
    console.error(error.message);
    process.exit(1);
  }
  const log = logger(name, config);
  let served: Served | undefined;
  let stopping = false;
  const stop = (why: string, code: number) => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    // Something that never ends must not keep a process that nobody supervises any longer.
    setTimeout(() => process.exit(1), (config.DRAIN_SECONDS + lastSeconds) * 1000).unref();
    Promise.resolve(served?.stop()).then(
      () => process.exit(code),
      (error: unknown) => {
        log.fatal({ err: error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM', 0));
  process.on('SIGINT', () => stop('SIGINT', 0));
  if (process.send) process.on('disconnect', () => stop('the supervisor is gone', 0));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a rejection that nobody handled'));

  serve(config, log, (why) => stop(why, 1)).then(
    (now) => {
      served = now;
      log.info({ ports: now.ports }, 'serving');
      process.send?.({ ready: true, ports: now.ports } satisfies Ready);
    },
    (error: unknown) => {
      log.fatal({ err: error }, 'could not start');
      console.error(`${name}: ${whyNot(error)}`);
      process.exit(1);
    },
  );
}

/** What happened, and what to do about it where that is known. */
function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE' && port !== undefined)
    return `port ${port} is in use by another program; stop that, or choose another port (SIP_PORT, OBSERVE_PORT, ...)`;
  return error.message;
}

/** Tells whoever waits for this process how far it has come. */
export function report(progress: string): void {
  process.send?.({ progress } satisfies Progress);
}

const secretNames = ['pin', 'password', 'passcode', 'secret', 'ha1'];
/** Nothing of this may ever be in a log line, whatever object is logged. */
export const secretFields = [...secretNames, ...secretNames.map((name) => `*.${name}`)];

function logger(name: string, config: Config): Logger {
  const folder = process.env['LOG_FOLDER'];
  const options = { name, level: config.LOG_LEVEL, redact: secretFields };
  return folder
    ? pino(options, destination({ dest: join(folder, `${name}.log`), mkdir: true, sync: true }))
    : pino(options);
}
