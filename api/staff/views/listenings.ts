/** A player fetches a recording in many parts: within so long of the last it is one listening. Milliseconds. */
const ONE_LISTENING_MS = 10 * 60_000;
/** Kept at most; those that are over go first. */
const MOST = 1_000;

interface Listening {
  lastMs: number;
  readonly written: Promise<void>;
}

/** Who listens to what in this process, so that each listening is written down once, before anything of it is heard. */
export class Listenings {
  readonly #open = new Map<string, Listening>();

  /** Resolves when it is written; rejects, and begins anew with the next, where it cannot be. */
  async note(sessionId: string, recordingId: string, atMs: number, write: () => Promise<void>): Promise<void> {
    const key = `${sessionId} ${recordingId}`;
    const open = this.#open.get(key);
    if (open && atMs - open.lastMs < ONE_LISTENING_MS) {
      open.lastMs = atMs;
      return open.written;
    }
    if (this.#open.size >= MOST) this.#forget(atMs);
    const begun = { lastMs: atMs, written: write() };
    this.#open.set(key, begun);
    try {
      await begun.written;
    } catch (error) {
      if (this.#open.get(key) === begun) this.#open.delete(key);
      throw error;
    }
  }

  #forget(atMs: number): void {
    for (const [key, { lastMs }] of this.#open) if (atMs - lastMs >= ONE_LISTENING_MS) this.#open.delete(key);
    // All of them go on: to write one twice is no harm.
    if (this.#open.size >= MOST) this.#open.clear();
  }
}
