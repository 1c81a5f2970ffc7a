/** Packets this far behind the newest are too old to be told from repeated ones. */
const WINDOW = 128;

/** Which of the last 128 packets came already, RFC 3711 §3.3.2. Indices count up from 0, without wrapping. */
export class ReplayWindow {
  readonly #seen = new Uint8Array(WINDOW);
  #newest = -1;

  /** Was it not there yet, and is it new enough? Says so without noting it. */
  fresh(index: number): boolean {
    if (index > this.#newest) return true;
    return index > this.#newest - WINDOW && this.#seen[index % WINDOW] === 0;
  }

  /** It came, and was authentic. */
  note(index: number): void {
    if (index > this.#newest) {
      const gone = Math.min(WINDOW, index - this.#newest);
      for (let n = 0; n < gone; n += 1) this.#seen[(index - n) % WINDOW] = 0;
      this.#newest = index;
    }
    this.#seen[index % WINDOW] = 1;
  }
}
