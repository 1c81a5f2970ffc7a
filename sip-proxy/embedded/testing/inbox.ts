/** What has happened and was not yet asked for; and who waits for what has not happened. */
export class Inbox<T> {
  readonly #items: T[] = [];
  readonly #waiting: { matches: (item: T) => boolean; resolve: (item: T) => void }[] = [];

  push(item: T): void {
    const at = this.#waiting.findIndex(({ matches }) => matches(item));
    if (at < 0) this.#items.push(item);
    else this.#waiting.splice(at, 1)[0]?.resolve(item);
  }

  /** The first that matches, come or to come. */
  next(matches: (item: T) => boolean = () => true): Promise<T> {
    const at = this.#items.findIndex(matches);
    const [found] = at < 0 ? [] : this.#items.splice(at, 1);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }

  /** What nobody asked for. */
  get rest(): readonly T[] {
    return this.#items;
  }
}
