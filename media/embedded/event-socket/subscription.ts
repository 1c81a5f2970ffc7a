import type { EventFormat, EventHeaders, SocketEvent } from './event.ts';

/** What one connection wants to hear: events by name, CUSTOM events by subclass, and filters on headers (any match passes). */
export class Subscription {
  format: EventFormat = 'plain';
  /** The one channel whose events pass, when the filters say so and nothing else; lets all others be skipped without looking. */
  onlyChannel: string | undefined;
  /** `onlyChannel` is another one now. */
  onNarrowed: () => void = () => undefined;
  #all = false;
  readonly #names = new Set<string>();
  readonly #subclasses = new Set<string>();
  readonly #filters: { readonly name: string; readonly value: string; readonly not: boolean }[] = [];

  /** The words after `event <format>`. False when there are none. After the word CUSTOM every word is a subclass. */
  add(words: readonly string[]): boolean {
    let custom = false;
    for (const word of words) {
      const name = word.toUpperCase().replace(/^SWITCH_EVENT_/, '');
      if (custom) this.#subclasses.add(word);
      else if (name === 'ALL') this.#all = true;
      else this.#names.add(name);
      custom ||= name === 'CUSTOM';
    }
    return words.length > 0;
  }

  remove(words: readonly string[]): boolean {
    let custom = false;
    for (const word of words) {
      const name = word.toUpperCase().replace(/^SWITCH_EVENT_/, '');
      if (custom) this.#subclasses.delete(word);
      else this.#names.delete(name);
      custom ||= name === 'CUSTOM';
    }
    return words.length > 0;
  }

  clear(): void {
    this.#all = false;
    this.#names.clear();
    this.#subclasses.clear();
  }

  get empty(): boolean {
    return !this.#all && this.#names.size === 0;
  }

  /** A value that starts with `-` must not match. */
  addFilter(name: string, value: string): void {
    const not = value.startsWith('-');
    this.#filters.push({ name, value: not ? value.slice(1) : value, not });
    this.#noteOnly();
  }

  removeFilters(name: string, value: string | undefined): void {
    for (let at = this.#filters.length - 1; at >= 0; at -= 1) {
      const filter = this.#filters[at]!;
      if (name === 'all' || (filter.name === name && (value === undefined || filter.value === value)))
        this.#filters.splice(at, 1);
    }
    this.#noteOnly();
  }

  wants(name: string, subclass: string | undefined): boolean {
    if (this.#all) return true;
    if (!this.#names.has(name)) return false;
    return name !== 'CUSTOM' || subclass === undefined || this.#subclasses.has(subclass);
  }

  passes(event: SocketEvent): boolean {
    return this.#filters.length === 0 || this.#filters.some((filter) => matches(event.headers, filter));
  }

  #noteOnly(): void {
    const filter = this.#filters.length === 1 ? this.#filters[0]! : undefined;
    const only = filter?.name === 'Unique-ID' && !filter.not ? filter.value : undefined;
    if (only === this.onlyChannel) return;
    this.onlyChannel = only;
    this.onNarrowed();
  }
}

const matches = (headers: EventHeaders, filter: { name: string; value: string; not: boolean }): boolean => {
  const value = headers[filter.name];
  return value !== undefined && (value === filter.value) !== filter.not;
};
