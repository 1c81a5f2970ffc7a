/** What was waited for did not come in time, or the connection ended before it. */
export class DidNotCome extends Error {
  override readonly name = 'DidNotCome';
}

/** Longest wait for one message. Milliseconds; the slowest thing that a case waits for takes half of it. */
const PATIENCE_MS = 4000;

/** Messages that arrived, and those who wait for one of them. */
export class Inbox<T> {
  readonly #whose: string;
  readonly #kind: (message: T) => string;
  readonly #waiting: { readonly matches: (message: T) => boolean; readonly take: (message: T) => void }[] = [];
  #unread: T[] = [];
  #closed = false;

  /** `whose` names the connection in errors, `kind` a message in few words. */
  constructor(whose: string, kind: (message: T) => string) {
    this.#whose = whose;
    this.#kind = kind;
  }

  put(message: T): void {
    const at = this.#waiting.findIndex(({ matches }) => matches(message));
    if (at >= 0) this.#waiting.splice(at, 1)[0]!.take(message);
    else this.#unread.push(message);
  }

  /** Forgets what nobody has taken. */
  clear(): void {
    this.#unread = [];
  }

  close(): void {
    this.#closed = true;
  }

  /** The first message of that kind, or for which `matches` holds, that nobody has taken yet. Rejects with DidNotCome. */
  next(wanted: string | ((message: T) => boolean), patienceMs = PATIENCE_MS): Promise<T> {
    const matches = typeof wanted === 'string' ? (message: T) => this.#kind(message) === wanted : wanted;
    const at = this.#unread.findIndex(matches);
    if (at >= 0) return Promise.resolve(this.#unread.splice(at, 1)[0]!);
    const what = typeof wanted === 'string' ? wanted : 'what was waited for';
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        const others = this.#unread.map(this.#kind).join(', ') || 'nothing';
        const ended = this.#closed ? ', the connection has ended' : '';
        reject(new DidNotCome(`${this.#whose}: ${what} did not come${ended}; not taken: ${others}`));
      }, patienceMs);
      const waiting = {
        matches,
        take: (message: T) => {
          clearTimeout(late);
          resolve(message);
        },
      };
      this.#waiting.push(waiting);
    });
  }
}
