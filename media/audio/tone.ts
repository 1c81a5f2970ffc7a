/**
 * Tone programs (TGML, as libteletone reads them): `%(on ms, off ms, f1, f2, ...)`, `v=-20` (level in dB of what follows), `l=n` (play the
 * next element n times), `loops=n` for the whole (-1: for ever), separated by `;`.
 */

export type ToneElement = {
  readonly onMs: number;
  readonly offMs: number;
  readonly hertz: readonly number[];
  readonly decibels: number;
};
export type ToneProgram = { readonly elements: readonly ToneElement[]; /** -1 is for ever */ readonly loops: number };

/** The text is no tone program. */
export class ToneFault extends Error {}

const DEFAULT_DECIBELS = -7;
/** The level of a full-scale sine in dBm0 as libteletone counts: 3.14 (mu-law overload) + 3.02 (sine crest). */
const FULL_SCALE_DECIBELS = 6.16;
const LONGEST_PROGRAM_MS = 120_000;
const MOST_ELEMENTS = 1000;
/** Frequencies at once, as many as libteletone takes. */
const MOST_FREQUENCIES = 18;

const number = (text: string, what: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new ToneFault(`${what} is no number: ${text}`);
  return value;
};

const parseElement = (inside: string, decibels: number): ToneElement => {
  const [onMs, offMs, ...hertz] = inside.split(',').map((part) => number(part, 'tone'));
  if (onMs === undefined || offMs === undefined || hertz.length === 0)
    throw new ToneFault(`incomplete tone: ${inside}`);
  if (hertz.length > MOST_FREQUENCIES) throw new ToneFault(`a tone of more than ${MOST_FREQUENCIES} frequencies`);
  if (onMs < 0 || offMs < 0) throw new ToneFault('a tone has a negative time');
  if (hertz.some((f) => f < 0 || f >= 4000)) throw new ToneFault('a tone lies outside 0-4000 Hz');
  return { onMs, offMs, hertz, decibels };
};

/** @throws ToneFault */
export function parseTone(text: string): ToneProgram {
  const elements: ToneElement[] = [];
  let decibels = DEFAULT_DECIBELS;
  let repeat = 1;
  let loops = 1;
  for (const part of text.split(';').map((piece) => piece.trim())) {
    if (part === '') continue;
    const element = /^%\(([^()]*)\)$/.exec(part);
    const setting = /^(v|l|loops)\s*=\s*(-?[\d.]+)$/.exec(part);
    if (element) {
      const one = parseElement(element[1]!, decibels);
      if (elements.length + repeat > MOST_ELEMENTS) throw new ToneFault('too many tones');
      for (let n = 0; n < repeat; n += 1) elements.push(one);
      repeat = 1;
    } else if (setting?.[1] === 'v') decibels = Math.min(0, Math.max(-63, number(setting[2]!, 'level')));
    else if (setting?.[1] === 'l') repeat = Math.min(100, Math.max(1, number(setting[2]!, 'repeat')));
    else if (setting?.[1] === 'loops') loops = Math.trunc(number(setting[2]!, 'loops'));
    else throw new ToneFault(`not understood: ${part}`);
  }
  if (elements.length === 0) throw new ToneFault('no tone');
  const total = elements.reduce((sum, element) => sum + element.onMs + element.offMs, 0);
  if (total <= 0 || total > LONGEST_PROGRAM_MS) throw new ToneFault(`a round of ${total} ms`);
  return { elements, loops };
}

/** One round of a program. Its samples are made when they are asked for: a round of two minutes would keep a clock of 20 ms waiting. */
export class ToneRound {
  readonly #rate: number;
  readonly #samples: Int16Array;
  readonly #elements: Iterator<ToneElement>;
  #element: ToneElement | undefined;
  /** Where the element begins, and up to where samples are made. */
  #begin = 0;
  #made = 0;

  /** `rate`: samples a second. @throws ToneFault when the round has no sample: it would never come to an end */
  constructor({ elements }: ToneProgram, rate: number) {
    this.#rate = rate;
    const total = elements.reduce((sum, { onMs, offMs }) => sum + this.#count(onMs) + this.#count(offMs), 0);
    if (total === 0) throw new ToneFault('a round without a sample');
    this.#samples = new Int16Array(total);
    this.#elements = elements.values();
    this.#element = this.#elements.next().value as ToneElement;
  }

  get length(): number {
    return this.#samples.length;
  }

  /** The samples from a position up to another one. */
  slice(from: number, until: number): Int16Array {
    while (this.#made < until && this.#element) this.#make(this.#element, until);
    return this.#samples.subarray(from, until);
  }

  #make({ onMs, offMs, hertz, decibels }: ToneElement, until: number): void {
    const sounds = this.#begin + this.#count(onMs);
    const end = sounds + this.#count(offMs);
    const amplitude = 10 ** ((decibels - FULL_SCALE_DECIBELS) / 20) * 32767 * Math.SQRT2;
    for (let at = this.#made; at < Math.min(sounds, until); at += 1) {
      let sum = 0;
      for (const f of hertz) sum += Math.sin((2 * Math.PI * f * (at - this.#begin)) / this.#rate);
      this.#samples[at] = Math.max(-32768, Math.min(32767, Math.round(amplitude * sum)));
    }
    this.#made = Math.min(end, until);
    if (this.#made < end) return;
    this.#begin = end;
    this.#element = this.#elements.next().value as ToneElement | undefined;
  }

  #count(ms: number): number {
    return Math.round((ms * this.#rate) / 1000);
  }
}
