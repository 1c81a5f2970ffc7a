/**
 * What became of a known stream of samples on its way to an ear or into a file. Positions and counts are samples.
 *
 *     spoken   . . . . a b c d e f g h i j k l m n o p        foreign: heard, and not part of the stream
 *     heard    x x x x     c d e f _ _ i j k k l m n o p      missing: g h      repeated: k
 *                          ^ first
 */
export interface Fidelity {
  /** The first sample of the stream that was heard, and where; -1 when none of it was. */
  readonly first: number;
  readonly firstAt: number;
  /** One past the last sample of the stream that was heard, and where. */
  readonly last: number;
  readonly lastAt: number;
  /** Samples between `first` and `last` that were not heard. */
  readonly missing: number;
  /** Samples heard again, or after later ones. */
  readonly repeated: number;
  /** Samples of something else between the first and the last. */
  readonly foreign: number;
  /** Where the stream was left, in what was heard: at most twenty. */
  readonly breaks: readonly number[];
}

/** So many samples in a row are found at one place of a random stream only. */
const PROBE = 32;
const MOST_BREAKS = 20;
/** Two seconds without anything of the stream: it is over. */
const GIVE_UP = 16_000;

/** Follows `spoken` (a stream that never repeats itself) through `heard`, from its first sample at or after `from`. */
export function follow(heard: Int16Array, spoken: Int16Array, from = 0): Fidelity {
  const start = nextOf(heard, spoken, from);
  if (!start) return { first: -1, firstAt: -1, last: -1, lastAt: -1, missing: 0, repeated: 0, foreign: 0, breaks: [] };
  let { at, index } = start;
  while (at > from && index > 0 && heard[at - 1] === spoken[index - 1]) {
    at--;
    index--;
  }
  const [firstAt, first] = [at, index];
  let [missing, repeated, foreign] = [0, 0, 0];
  const breaks: number[] = [];
  for (;;) {
    while (at < heard.length && index < spoken.length && heard[at] === spoken[index]) {
      at++;
      index++;
    }
    if (at === heard.length || index === spoken.length) break;
    const next = nextOf(heard.subarray(0, at + GIVE_UP), spoken, at);
    if (!next) break;
    // Of the part that was changed, what happens to be right is right all the same.
    while (next.at > at && next.index !== index && heard[next.at - 1] === spoken[next.index - 1]) {
      next.at--;
      next.index--;
    }
    if (breaks.length < MOST_BREAKS) breaks.push(at);
    foreign += next.at - at;
    if (next.index >= index) missing += next.index - index;
    else repeated += index - next.index;
    ({ at, index } = next);
  }
  return { first, firstAt, last: index, lastAt: at, missing, repeated, foreign, breaks };
}

function nextOf(heard: Int16Array, spoken: Int16Array, from: number): { at: number; index: number } | undefined {
  const stream = bytesOf(spoken);
  for (let at = from; at + PROBE <= heard.length; at += isFlat(heard, at) ? PROBE / 2 : 1) {
    if (isFlat(heard, at)) continue;
    const probe = bytesOf(heard.subarray(at, at + PROBE));
    for (let byte = stream.indexOf(probe); byte >= 0; byte = stream.indexOf(probe, byte + 1))
      if (byte % 2 === 0) return { at, index: byte / 2 };
  }
  return undefined;
}

/** A random stream has no quiet places: silence need not be looked for. */
function isFlat(samples: Int16Array, at: number): boolean {
  for (let i = 1; i < PROBE / 2; i++) if (samples[at + i] !== samples[at]) return false;
  return true;
}

const bytesOf = (samples: Int16Array): Buffer => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

/** Mu-law of noise that is different for each seed and never repeats itself. Without the byte of minus zero: it decodes to zero, too. */
export function noise(samples: number, seed: number): Uint8Array<ArrayBuffer> {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  const bytes = new Uint8Array(samples);
  for (let i = 0; i < samples; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    // -18 dBov at most: the quiet three quarters of the code.
    const code = 0x40 | ((state >>> 8) & 0xbf);
    bytes[i] = code === 0x7f ? 0xff : code;
  }
  return bytes;
}
