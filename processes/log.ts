import { join } from 'node:path';
import type { Logger, LoggerOptions } from 'pino';
import { destination, pino } from 'pino';

/** Nothing of this may ever be in a log line, whatever object is logged: at its top, or in what it holds, two levels down. */
const secretNames = ['pin', 'password', 'passcode', 'secret', 'ha1', 'authToken', 'authorization', 'cardNumber', 'cvc'];

export function logOptions(name: string, level: string): LoggerOptions {
  return { name, level, redact: secretNames.flatMap((secret) => [secret, `*.${secret}`, `*.*.${secret}`]) };
}

/** The log of a process: `<folder>/<name>.log`, or its standard output without a folder. */
export function openLog(name: string, level: string, folder: string | undefined): Logger {
  const options = logOptions(name, level);
  return folder === undefined || folder === ''
    ? pino(options)
    : pino(options, destination({ dest: join(folder, `${name}.log`), mkdir: true, sync: true }));
}
