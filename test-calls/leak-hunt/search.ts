import type { Finding } from './finding.ts';
import { around, textAt } from './finding.ts';
import type { Found } from './follower.ts';
import { searchBytes } from './search-bytes.ts';
import type { HeapSearched, Snapshot } from './search-heap.ts';
import { searchHeap } from './search-heap.ts';
import { searchKeys } from './search-keys.ts';
import { KnownDigits } from './secrets.ts';
import type { Secret } from './secrets.ts';

/** Bytes that are one text: keys that were written one by one are looked for only there. */
const isText = (bytes: Uint8Array): boolean => !bytes.subarray(0, 4_096).includes(0);

const seen = (bytes: Uint8Array, from: number, to: number) => ({
  around: around(bytes, from, to),
  text: textAt(bytes, from, to),
});

/** One search through many places, for secrets and for as many numbers that nobody typed. */
export class Search {
  readonly findings: Finding[] = [];
  readonly others: Finding[] = [];
  readonly #seen = new Set<string>();
  readonly #digits: KnownDigits;
  readonly #typed: ReadonlySet<Secret>;

  constructor(secrets: readonly Secret[], neverTyped: readonly Secret[]) {
    this.#typed = new Set(secrets);
    this.#digits = new KnownDigits([...secrets, ...neverTyped]);
  }

  /** `offset`: where the bytes stand in the place. */
  bytes(place: string, bytes: Uint8Array, offset = 0): void {
    const show = ({ from, to }: Found) => seen(bytes, from - offset, to - offset);
    searchBytes(bytes, this.#digits, this.#note(place, show), offset);
  }

  text(place: string, text: string): void {
    this.bytes(place, Buffer.from(text));
    const show = ({ from, to }: Found) => seen(Buffer.from(text.slice(Math.max(0, from - 60), to + 24)), 60, 60);
    searchKeys(text, this.#digits, this.#note(place, show));
  }

  file(place: string, bytes: Uint8Array): void {
    if (isText(bytes)) this.text(place, Buffer.from(bytes).toString('utf8'));
    else this.bytes(place, bytes);
  }

  heap(place: string, snapshot: Snapshot): HeapSearched {
    const note = this.#note(place, () => ({ around: '', text: '' }));
    return searchHeap(snapshot, this.#digits, note);
  }

  /** Pieces overlap: what is found twice is told once. */
  #note(place: string, show: (found: Found) => ReturnType<typeof seen>): (found: Found) => void {
    return (found) => {
      const list = this.#typed.has(found.secret) ? this.findings : this.others;
      const key = `${place} ${found.secret.digits} ${found.form} ${found.from} ${found.count}`;
      if (this.#seen.has(key)) return;
      this.#seen.add(key);
      list.push({ ...found, place, ...show(found) });
    };
  }
}
