import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DarkroomAnswer, DarkroomJob } from './darkroom-process.ts';
import type { Remaking } from './picture.ts';
import type { PictureType } from './picture-kind.ts';

/** Where pictures are decoded and made anew. */
export interface Darkroom {
  /** Throws DarkroomBusy when too many wait already, and an error of ours when the process died. */
  remake(picture: Buffer, declared: PictureType): Promise<Remaking>;
  close(): void;
}

/** More pictures wait than can be made in a reasonable time: it is tried again later. */
export class DarkroomBusy extends Error {
  override readonly name = 'DarkroomBusy';
}

export interface DarkroomOptions {
  /** The longest one picture may take, milliseconds: a second is usual, ten on a machine that is busy. */
  readonly limitMs?: number;
  /** How many may wait, each with its bytes in memory. */
  readonly most?: number;
  /** How long without work before its process ends, milliseconds. */
  readonly idleMs?: number;
  /** Instead of darkroom-process.ts. */
  readonly path?: string;
}

const installed = createRequire(import.meta.url);

/** One picture at a time, in a process of its own, which is ended when one takes too long. */
export class DarkroomProcess implements Darkroom {
  readonly #options: Required<DarkroomOptions>;
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: DarkroomOptions = {}) {
    const path = fileURLToPath(new URL('./darkroom-process.ts', import.meta.url));
    this.#options = { limitMs: 20_000, most: 8, idleMs: 60_000, path, ...options };
  }

  async remake(picture: Buffer, declared: PictureType): Promise<Remaking> {
    if (this.#waiting >= this.#options.most) throw new DarkroomBusy('Too many pictures wait to be looked at.');
    this.#waiting++;
    clearTimeout(this.#idle);
    const made = this.#last.then(() => this.#one({ picture, declared }));
    this.#last = made.then(
      () => this.#done(),
      () => this.#done(),
    );
    return made;
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #done(): void {
    if (--this.#waiting === 0) this.#idle = setTimeout(() => this.close(), this.#options.idleMs).unref();
  }

  async #one(job: DarkroomJob): Promise<Remaking> {
    const child = (this.#child ??= this.#start());
    refer(child, true);
    let stop = (): void => undefined;
    try {
      const answer = await new Promise<DarkroomAnswer>((resolve, reject) => {
        const ended = (code: number | null, by: string | null) =>
          reject(new Error(`The process that decodes pictures ended with ${code ?? by}.`));
        const timer = setTimeout(() => {
          this.close(); // one that hangs listens to nothing else
          resolve({ kind: 'refused', fault: 'not-decodable' });
        }, this.#options.limitMs);
        child.once('message', resolve).once('exit', ended).once('error', reject);
        stop = () => {
          clearTimeout(timer);
          child.off('message', resolve).off('exit', ended).off('error', reject);
        };
        child.send(job);
      });
      if (answer.kind === 'failed') throw new Error(`A picture could not be looked at: ${answer.reason}`);
      return answer.kind === 'remade' ? { ...answer, jpeg: Buffer.from(answer.jpeg) } : answer;
    } finally {
      stop();
      refer(child, false);
    }
  }

  #start(): ChildProcess {
    const child = fork(this.#options.path, [], {
      execArgv: typescript(),
      env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] }, // it needs none of our secrets
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('error', () => undefined); // a kill that comes too late is no fault
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }
}

/** Only a process at work keeps ours from ending. */
function refer(child: ChildProcess, working: boolean): void {
  const how = working ? 'ref' : 'unref';
  child[how]();
  child.channel?.[how]();
}

/** Node 22.18 and later run TypeScript by themselves (`process.features.typescript`); earlier ones through tsx. */
function typescript(): string[] {
  const native = (process.features as { typescript?: unknown }).typescript;
  return native ? [] : ['--import', pathToFileURL(installed.resolve('tsx')).href];
}
