import { writeSound, readSound, type Sound } from './sound.ts';
import type { Synthesiser } from './synthesiser.ts';
import { telephoneRate } from './telephone-sound.ts';
import type { Language } from './utterance.ts';

/** From 0 to 1, 1 excluded. */
type Random = () => number;

const DIGITS = [...'0123456789'];
/** How loud what is behind the digits is, beside them. */
const BABBLE = 0.16;
const HISS = 0.012;
/** The longest that one digit may take to be made. Milliseconds. */
const LIMIT_MS = 20_000;

/**
 * Says digits by the voice of the house, each faster or slower than the last and with others behind them, played backwards: whoever listens follows it
 * more easily than a machine that looks for the same sounds again. Each digit is made once, and mixed anew each time.
 */
export class SpokenDigits {
  readonly #synthesiser: Pick<Synthesiser, 'speak'>;
  readonly #random: Random;
  readonly #made = new Map<string, Promise<Sound>>();

  constructor(synthesiser: Pick<Synthesiser, 'speak'>, random: Random = Math.random) {
    this.#synthesiser = synthesiser;
    this.#random = random;
  }

  /** 8 kHz mono 16-bit WAV. Rejects when the voice cannot speak. */
  async say(digits: string, language: Language): Promise<Buffer> {
    const voices = new Map<string, Sound>();
    // One after the other: the voice does one thing at a time.
    for (const digit of new Set([...digits, ...this.#others()])) voices.set(digit, await this.#voice(digit, language));
    const [between, rate] = [(low: number, high: number) => low + (high - low) * this.#random(), telephoneRate];
    const pieces = [...digits].flatMap((digit) => [
      silence(between(0.4, 0.75) * rate),
      atSpeed(voices.get(digit)?.samples ?? silence(0), between(0.88, 1.06)),
    ]);
    const said = joined([...pieces, silence(0.5 * rate)]);
    const behind = [...voices.values()].map(({ samples }) => samples.toReversed());
    for (let at = 0; at < said.length;) {
      const voice = behind[Math.floor(this.#random() * behind.length)] ?? silence(0);
      voice.forEach((sample, nth) => at + nth < said.length && (said[at + nth]! += BABBLE * sample));
      at += voice.length + Math.floor(between(0.05, 0.3) * rate);
    }
    said.forEach((sample, nth) => (said[nth] = sample + HISS * (2 * this.#random() - 1)));
    return writeSound({ rate, samples: said });
  }

  /** Two that may be none of those that are said. */
  #others(): string[] {
    return [0, 1].map(() => DIGITS[Math.floor(this.#random() * DIGITS.length)] ?? '0');
  }

  #voice(digit: string, language: Language): Promise<Sound> {
    const key = `${language} ${digit}`;
    const known = this.#made.get(key);
    if (known) return known;
    const making = this.#synthesiser.speak(language, digit, AbortSignal.timeout(LIMIT_MS)).then(readSound);
    this.#made.set(key, making);
    // The next who asks tries again.
    making.catch(() => this.#made.delete(key));
    return making;
  }
}

const silence = (samples: number): Float32Array => new Float32Array(Math.round(samples));

function joined(pieces: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** As on a record that turns faster or slower. */
function atSpeed(samples: Float32Array, speed: number): Float32Array {
  return Float32Array.from({ length: Math.floor(samples.length / speed) }, (_, nth) => {
    const [at, part] = [Math.floor(nth * speed), (nth * speed) % 1];
    return (samples[at] ?? 0) * (1 - part) + (samples[at + 1] ?? 0) * part;
  });
}
