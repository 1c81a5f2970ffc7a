import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How `npm start` ended: its exit code, what it said, and what it left running. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly left: readonly Running[];
}

interface Running {
  readonly pid: number;
  readonly what: string;
}

/** Every process that has this folder in its settings or on its command line. */
export async function running(folder: string): Promise<Running[]> {
  const found: Running[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => readFile(join('/proc', pid, file), 'utf8').catch(() => '');
    const what = await read('cmdline');
    if (`${what}${await read('environ')}`.includes(folder)) found.push({ pid: Number(pid), what });
  }
  return found;
}

/** The platform as somebody starts it at a terminal, in a folder of its own, on free ports unless `settings` say which. */
export class NpmStart {
  readonly ended: Promise<Ended>;
  readonly #child;
  #out = '';
  #err = '';
  #waiting: { readonly text: string; readonly tell: () => void }[] = [];

  /** @param through a command that runs it */
  constructor(folder: string, settings: Readonly<Record<string, string>>, through: readonly string[] = []) {
    const start = [process.execPath, '--import', 'tsx', join(import.meta.dirname, '..', 'start.ts')];
    const [command = '', ...rest] = [...through, ...start];
    // Without a line for families, whose prompts take a minute to be made.
    const free = { SIP_PORT: '0', API_PORT: '0', OBSERVE_PORT: '0', FAMILY_LINE_NUMBER: '' };
    this.#child = spawn(command, rest, {
      env: { PATH: process.env['PATH'], VAR_FOLDER: folder, ...free, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.on('data', (bytes: Buffer) => this.#heard(bytes.toString()));
    this.#child.stderr.on('data', (bytes: Buffer) => void (this.#err += bytes.toString()));
    this.ended = this.#end(folder);
  }

  /** Resolves when it has said this. */
  saying(text: string): Promise<void> {
    return new Promise((tell) => {
      this.#waiting.push({ text, tell });
      this.#heard('');
    });
  }

  /** What it has said so far. */
  get said(): string {
    return this.#out;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #heard(text: string): void {
    this.#out += text;
    const [said, yet] = [true, false].map((is) => this.#waiting.filter((one) => this.#out.includes(one.text) === is));
    this.#waiting = yet ?? [];
    for (const { tell } of said ?? []) tell();
  }

  async #end(folder: string): Promise<Ended> {
    const closed = once(this.#child, 'close');
    const [code] = (await once(this.#child, 'exit')) as [number | null];
    const left = await running(folder);
    await closed;
    return { code, left, out: this.#out, err: this.#err };
  }
}
