import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '#db/connect.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { Clock } from '../clock.ts';
import type { CallNote } from './call-note.ts';
import { noteText, readNote, writeNote } from './call-note.ts';
import type { Log } from './call-record.ts';

/** How often the database is asked whether it is back, while something waits for it. */
const againMs = 2_000;

interface Waiting {
  readonly file: string;
  readonly callId: string;
}

/** `00000007.<call>.json`: in the order in which they were kept. */
const shape = /^(\d{8,})\.([\w-]{1,64})\.json$/;

/**
 * Notes about calls that wait on disk while the database is away: one file each, durable before it counts (written, synced, renamed, the folder
 * synced), readable by this user alone. Whoever starts next with this folder takes them up. No two processes may share one.
 */
export class NoteSpool {
  readonly #folder: string;
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #waiting: Waiting[];
  readonly #closed = new AbortController();
  #next: number;
  #turn: Promise<unknown> = Promise.resolve();
  #watching = false;

  private constructor(parts: SpoolParts, waiting: Waiting[]) {
    ({ folder: this.#folder, db: this.#db, clock: this.#clock, log: this.#log } = parts);
    this.#waiting = waiting;
    this.#next = Number(shape.exec(waiting.at(-1)?.file ?? '')?.[1] ?? -1) + 1;
  }

  /** Finds what the last process left. */
  static async open(parts: SpoolParts): Promise<NoteSpool> {
    await mkdir(parts.folder, { recursive: true, mode: 0o700 });
    const files = (await readdir(parts.folder)).filter((file) => shape.test(file));
    files.sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
    const waiting = files.map((file) => ({ file, callId: shape.exec(file)?.[2] ?? '' }));
    return new NoteSpool(parts, waiting);
  }

  /** Notes that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Something about this call waits here: what follows must wait behind it. */
  holds(callId: string): boolean {
    return this.#waiting.some((one) => one.callId === callId);
  }

  /** Keeps a note; it is on disk when this returns, and goes to the database when that is back. Throws what the disk says. */
  async keep(callId: string, note: CallNote): Promise<void> {
    const file = `${String(this.#next++).padStart(8, '0')}.${callId}.json`;
    const [path, nascent] = [join(this.#folder, file), join(this.#folder, `${file}.part`)];
    try {
      const handle = await open(nascent, 'wx', 0o600);
      try {
        await handle.writeFile(noteText(note));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(nascent, path);
      await this.#syncFolder();
    } catch (error) {
      // Whoever starts next must not find what was told as not kept.
      for (const left of [nascent, path]) await rm(left, { force: true }).catch(() => undefined);
      throw error;
    }
    this.#waiting.push({ file, callId });
    void this.#watch();
  }

  /**
   * Writes what waits to the database, of one call or of all, in order. Throws DatabaseUnavailable; what was not written stays. A note that a rule
   * refuses, or that cannot be read, is set aside (`.refused`), and the log says so.
   */
  deliver(callId?: string): Promise<void> {
    const done = this.#turn.then(async () => {
      const due = this.#waiting.filter((one) => callId === undefined || one.callId === callId);
      for (const one of due) {
        await this.#deliver(one);
        this.#waiting.splice(this.#waiting.indexOf(one), 1);
      }
      if (due.length > 0)
        this.#log.info({ notes: due.length }, 'notes about calls that waited on disk are in the database');
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** No more looking for the database; what waits is for the next start. */
  close(): void {
    this.#closed.abort();
  }

  async #deliver({ file, callId }: Waiting): Promise<void> {
    const path = join(this.#folder, file);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      this.#log.error(
        { call: callId, file, err: error },
        'a note about this call cannot be read; it stays where it is',
      );
    });
    if (text === undefined) return;
    try {
      const note = readNote(text);
      if (!note) throw new TypeError('this is no note about a call');
      await writeNote(this.#db, note);
    } catch (error) {
      if (isUnavailable(error)) throw error;
      this.#log.error({ call: callId, file, err: error }, 'a note about this call was refused; it is set aside');
      await rename(path, `${path}.refused`);
      return;
    }
    await rm(path);
  }

  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    const { signal } = this.#closed;
    while (this.#waiting.length > 0 && !signal.aborted) {
      await this.#clock.wait(againMs, signal).catch(() => undefined);
      if (signal.aborted) break;
      await this.deliver().catch((error: unknown) => {
        if (!isUnavailable(error)) this.#log.error({ err: error }, 'notes about calls cannot be taken from disk');
      });
    }
    this.#watching = false;
  }

  async #syncFolder(): Promise<void> {
    const folder = await open(this.#folder, 'r');
    await folder.sync().finally(() => folder.close());
  }
}

export interface SpoolParts {
  readonly folder: string;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}
