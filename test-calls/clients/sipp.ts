import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '#test-calls/phone/authorization.ts';

/** The scenarios of `test-calls/sipp/`. */
export type Scenario =
  | 'caller-presses'
  | 'called-presses'
  | 'cancel-early'
  | 'invite-malformed'
  | 'invite-no-common-codec'
  | 'options-ping'
  | 'register-digest'
  | 'bye-unknown-dialog';

export interface SippOptions {
  readonly scenario: Scenario;
  /** Whom it calls; for `called-presses` whom it waits for (its own address is then `listen`). */
  readonly target: { readonly address: string; readonly port: number };
  /** Calls to make or take before it ends; default 1. */
  readonly calls?: number;
  /** New calls a second; default 10. */
  readonly rate?: number;
  /** Calls at once; default as many as there are. */
  readonly concurrent?: number;
  /** No message may keep it waiting so long, and `LONGER_MS` later it is over, finished or not; default 30 s. */
  readonly timeoutMs?: number;
  /** User part of the number that is dialled. */
  readonly service?: string;
  readonly credentials?: Pick<Credentials, 'username' | 'password'>;
  /** What the scenario leaves open, by name; see `blanks`. */
  readonly fill?: Readonly<Record<string, string | number>>;
  /** UDP port for SIP; default one the system chooses. */
  readonly listen?: number;
  /** By one connection of TCP instead of by UDP; Debian's SIPp speaks no TLS. */
  readonly tcp?: boolean;
  readonly signal?: AbortSignal;
}

export interface SippResult {
  readonly ok: number;
  readonly failed: number;
  /** Neither right nor wrong when the time was up, or never begun. */
  readonly unfinished: number;
  readonly retransmissions: number;
  /** Of the failed: an answer the scenario does not allow, and none at all. */
  readonly unexpected: number;
  readonly timeouts: number;
  /** SIPp's own: 0 all calls were right, 1 some failed, 97 and 99 it was stopped, 255 it did not run. */
  readonly exitCode: number | undefined;
  /** What SIPp wrote about failed calls. */
  readonly errors: string;
}

/** The blanks of the scenarios, `{name}` in their files, and what is put there unless something else is asked for. */
const blanks: Readonly<Record<string, string | number>> = {
  /** User part of the caller. */
  caller: 'inside',
  /** Time from the answer to the first key, and from the keys to the hang-up. */
  listen_ms: 500,
  talk_ms: 1000,
  ring_ms: 100,
  keys: '1',
  key: '1',
};

/** SIPp takes 400 ms for each key, and as long before the first. */
const KEY_MS = 400;

const FOLDER = new URL('../sipp/', import.meta.url).pathname;
/** For all of it, beyond the longest wait: SIPp that stood still that long is not asked what came in time. */
const LONGER_MS = 10_000;
/** How long SIPp may take to write its figures after it was told to stop. */
const LAST_WORDS_MS = 4000;
/** Ports for SIPp: below those the system gives to whoever asks for any, so that they are still free when SIPp starts. */
const PORTS = { from: 10_000, to: 16_000 };

/** The command line: what `sipp` is run with, output in `folder`. */
export function sippArguments(options: SippOptions, folder: string, mediaPort: number): string[] {
  const { target, calls = 1, rate = 10, concurrent = calls, timeoutMs = 30_000, service, listen } = options;
  const args = [`${target.address}:${target.port}`, '-sf', join(folder, 'scenario.xml'), '-i', '127.0.0.1'];
  args.push(
    '-mi',
    '127.0.0.1',
    '-mp',
    String(mediaPort),
    '-m',
    String(calls),
    '-r',
    String(rate),
    '-l',
    String(concurrent),
    '-nostdin',
  );
  args.push(
    '-timeout',
    `${Math.ceil((timeoutMs + LONGER_MS) / 1000)}s`,
    '-timeout_error',
    '-recv_timeout',
    String(timeoutMs),
  );
  args.push(
    '-trace_stat',
    '-stf',
    join(folder, 'figures.csv'),
    '-fd',
    '1',
    '-trace_err',
    '-error_file',
    join(folder, 'errors'),
  );
  if (options.tcp === true) args.push('-t', 't1');
  if (service !== undefined) args.push('-s', service);
  if (listen !== undefined) args.push('-p', String(listen));
  if (options.credentials) args.push('-au', options.credentials.username, '-ap', options.credentials.password);
  return args;
}

/** A scenario with its blanks filled. @throws Error for a value no scenario may have, and for a blank without one */
export function filled(xml: string, fill: Readonly<Record<string, string | number>> = {}): string {
  const given: Readonly<Record<string, string | number>> = { ...blanks, ...fill };
  const values: Readonly<Record<string, string | number>> = {
    ...given,
    keys_ms: KEY_MS * (String(given.keys).length + 1),
  };
  return xml.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(values[name] ?? '');
    if (!/^[\w*#+.-]+$/.test(value)) throw new Error(`the scenario's ${name} cannot be "${value}"`);
    return value;
  });
}

/** Runs a SIPp scenario to its end. @throws the signal's reason when aborted, or Error when SIPp cannot be started */
export async function sipp(options: SippOptions): Promise<SippResult> {
  options.signal?.throwIfAborted();
  const folder = await mkdtemp(join(tmpdir(), 'sipp-'));
  try {
    const xml = await readFile(join(FOLDER, `${options.scenario}.xml`), 'utf8');
    await writeFile(join(folder, 'scenario.xml'), filled(xml, options.fill));
    // Left to itself it takes 5060, where phones of others may believe their own server.
    const { listen = await freePort() } = options;
    const args = sippArguments({ ...options, listen }, folder, await freePort());
    const { exitCode, output } = await runSipp(args, folder, options);
    options.signal?.throwIfAborted();
    const [figures, errors] = await Promise.all(['figures.csv', 'errors'].map((name) => text(join(folder, name))));
    return {
      ...readFigures(figures ?? '', options.calls ?? 1),
      exitCode,
      errors: errors || (exitCode === 0 ? '' : output),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A UDP port nobody uses: SIPp's own choice is 6000 in every process. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from / 2, PORTS.to / 2) * 2;
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    const free = await once(socket, 'listening').then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EADDRINUSE') throw error;
        return false;
      },
    );
    if (!free) continue;
    socket.close();
    return port;
  }
}

const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

function runSipp(
  args: readonly string[],
  cwd: string,
  { timeoutMs = 30_000, signal }: SippOptions,
): Promise<{ exitCode: number | undefined; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('sipp', args, {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, TERM: 'dumb' },
    });
    let output = '';
    child.stderr.on('data', (bytes: Buffer) => (output = (output + bytes.toString()).slice(-4000)));
    const kill = (): void => void child.kill('SIGKILL');
    const timer = setTimeout(kill, timeoutMs + LONGER_MS + LAST_WORDS_MS);
    signal?.addEventListener('abort', kill, { once: true });
    const over = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', kill);
    };
    child.once('error', (error) => {
      over();
      reject(new Error(`sipp could not be started: ${error.message}`, { cause: error }));
    });
    child.once('close', (code) => {
      over();
      resolve({ exitCode: code ?? undefined, output });
    });
  });
}

/** The last line of SIPp's statistics of so many calls; zeros when there is none. `(C)` counts since the start. */
export function readFigures(csv: string, calls: number): Omit<SippResult, 'exitCode' | 'errors'> {
  const lines = csv.split('\n').filter((line) => line.includes(';'));
  const [names, values] = [lines[0]?.split(';') ?? [], lines.at(-1)?.split(';') ?? []];
  const figure = (name: string): number => {
    const value = Number(values[names.indexOf(`${name}(C)`)]);
    return Number.isFinite(value) ? value : 0;
  };
  const [ok, failed] = [figure('SuccessfulCall'), figure('FailedCall')];
  return {
    ok,
    failed,
    unfinished: calls - ok - failed,
    retransmissions: figure('Retransmissions'),
    unexpected: figure('FailedUnexpectedMessage'),
    timeouts: figure('FailedTimeoutOnRecv') + figure('FailedMaxUDPRetrans'),
  };
}
