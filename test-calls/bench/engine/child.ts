import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/** A process of the bench that answers each question in turn. */
export class Child<To extends object, From extends object> {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #waiting: { resolve: (message: From) => void; reject: (error: Error) => void }[] = [];

  private constructor(name: string, child: ChildProcess) {
    this.#process = child;
    this.pid = child.pid ?? 0;
    child.on('message', (message) => this.#waiting.shift()?.resolve(message as From));
    child.on('exit', (code) => {
      for (const { reject } of this.#waiting.splice(0))
        reject(new Error(`${name} ended with ${code ?? 'a signal'} in the middle of the bench`));
    });
  }

  /** Starts `file` of this folder; resolves with its first word. */
  static async start<To extends object, From extends object>(
    file: string,
    argv: readonly string[] = [],
    execArgv: readonly string[] = [],
  ): Promise<{ child: Child<To, From>; first: From }> {
    const path = join(import.meta.dirname, file);
    const forked = fork(path, [...argv], { execArgv: [...process.execArgv, ...execArgv] });
    const child = new Child<To, From>(file, forked);
    return { child, first: await child.#next() };
  }

  /** Rejects when the process ends instead. */
  ask(message: To): Promise<From> {
    this.#process.send(message);
    return this.#next();
  }

  /** Lets it end by itself. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const over = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#process.disconnect();
    await over;
  }

  #next(): Promise<From> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}
