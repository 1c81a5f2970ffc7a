import type { KnownDigits, Secret } from './secrets.ts';
import { WINDOW } from './secrets.ts';

/** How digits stood where they were found. */
export type Form = 'text' | 'hex' | 'base64' | 'bytes' | 'packed' | 'one by one' | 'list';

export interface Found {
  readonly secret: Secret;
  readonly form: Form;
  readonly reversed: boolean;
  /** Digits of the secret that follow each other there. */
  readonly count: number;
  /** Where the first and the last of them stand. */
  readonly from: number;
  readonly to: number;
  /** Nothing stands between them. */
  readonly tight: boolean;
  /** They are a part of a longer number: seven of ten million are anywhere by chance. */
  readonly within: boolean;
}

/** So many digits of a secret in a row are in nothing by chance: one in ten thousand million. */
export const CERTAIN = 10;

const WINDOWS = 10 ** WINDOW;

interface Match {
  readonly digits: string;
  readonly secret: Secret;
  readonly reversed: boolean;
  readonly from: number;
  readonly before: boolean;
  next: number;
  count: number;
  to: number;
}

export interface FollowerOptions {
  readonly form: Form;
  /** Distance of two digits between which nothing stands. Default 1. */
  readonly stride?: number;
  /** Fewer than {@link CERTAIN} count also when something stands between them: there is little else among these digits. */
  readonly sparse?: boolean;
}

/** Follows digits that come one by one, and tells of every longest part of a secret among them. */
export class Follower {
  readonly #known: KnownDigits;
  readonly #options: FollowerOptions;
  readonly #report: (found: Found) => void;
  /** Where the last eight digits stand: those of a window, and the one before it. */
  readonly #positions = new Float64Array(8);
  #count = 0;
  #window = 0;
  #matches: Match[] = [];

  constructor(known: KnownDigits, options: FollowerOptions, report: (found: Found) => void) {
    this.#known = known;
    this.#options = options;
    this.#report = report;
  }

  /** The next digit (0 to 9), and where it stands. */
  digit(digit: number, at: number): void {
    if (this.#matches.length > 0) this.#extend(digit, at);
    this.#positions[this.#count & 7] = at;
    this.#count++;
    this.#window = (this.#window * 10 + digit) % WINDOWS;
    if (this.#count >= WINDOW && this.#known.has(this.#window)) this.#begin(at);
  }

  /** What comes next does not belong to what came before. */
  break(): void {
    if (this.#count === 0) return;
    for (const match of this.#matches) this.#end(match, false);
    this.#matches = [];
    this.#count = 0;
    this.#window = 0;
  }

  #begin(at: number): void {
    const from = this.#positions[(this.#count - WINDOW) & 7] ?? at;
    const before = this.#positions[this.#count & 7];
    const { stride = 1 } = this.#options;
    for (const { secret, digits, reversed, at: place } of this.#known.at(this.#window)) {
      const next = place + WINDOW;
      if (this.#matches.some((match) => match.digits === digits && match.next === next)) continue;
      const longer = this.#count > WINDOW && before === from - stride;
      this.#matches.push({ digits, secret, reversed, from, before: longer, next, count: WINDOW, to: at });
    }
  }

  #extend(digit: number, at: number): void {
    this.#matches = this.#matches.filter((match) => {
      if (match.digits.charCodeAt(match.next) - 48 !== digit) {
        this.#end(match, at === match.to + (this.#options.stride ?? 1));
        return false;
      }
      match.next++;
      match.count++;
      match.to = at;
      return true;
    });
  }

  #end({ secret, reversed, from, to, count, before }: Match, after: boolean): void {
    const { form, stride = 1, sparse = false } = this.#options;
    const tight = to - from === (count - 1) * stride;
    if (count < CERTAIN && !tight && !sparse) return;
    this.#report({ ...{ secret, form, reversed, count, from, to, tight }, within: before || after });
  }
}
