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

const number = (text: string, what: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new ToneFault(`${what} is no number: ${text}`);
  return value;
};

const parseElement = (inside: string, decibels: number): ToneElement => {
  const [onMs, offMs, ...hertz] = inside.split(',').map((part) => number(part, 'tone'));
  if (onMs === undefined || offMs === undefined || hertz.length === 0)
    throw new ToneFault(`incomplete tone: ${inside}`);
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

/** One round of the program as samples at `rate` per second. @throws ToneFault when it has none: it would never come to an end */
export function renderTone(program: ToneProgram, rate: number): Int16Array {
  const count = (ms: number): number => Math.round((ms * rate) / 1000);
  const total = program.elements.reduce((sum, element) => sum + count(element.onMs) + count(element.offMs), 0);
  if (total === 0) throw new ToneFault('a round without a sample');
  const samples = new Int16Array(total);
  let position = 0;
  for (const element of program.elements) {
    const amplitude = 10 ** ((element.decibels - FULL_SCALE_DECIBELS) / 20) * 32767 * Math.SQRT2;
    const on = count(element.onMs);
    for (let i = 0; i < on; i += 1) {
      let sum = 0;
      for (const f of element.hertz) sum += Math.sin((2 * Math.PI * f * i) / rate);
      samples[position + i] = Math.max(-32768, Math.min(32767, Math.round(amplitude * sum)));
    }
    position += on + count(element.offMs);
  }
  return samples;
}
