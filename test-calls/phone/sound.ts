/** Linear samples at 8,000 a second; `endless` sounds are repeated without a seam. */
export interface Sound {
  readonly pcm: Int16Array;
  readonly endless: boolean;
}

const RATE = 8000;
const FULL = 32767;

/** Peak of a level in dBov: 0 is the loudest sine that fits, -6.02 half of it. */
const peak = (level: number): number => FULL * 10 ** (level / 20);

const drawn = (ms: number, at: (second: number) => number): Int16Array =>
  Int16Array.from({ length: Math.round((ms * RATE) / 1000) }, (_, i) => Math.round(at(i / RATE)));

/** A sine of whole hertz, so that one second repeats without a seam. Level in dBov. */
export function tone({ hz, level = -10, ms }: { hz: number; level?: number; ms?: number }): Sound {
  const turn = 2 * Math.PI * hz;
  return { pcm: drawn(ms ?? 1000, (s) => peak(level) * Math.sin(turn * s)), endless: ms === undefined };
}

/** Nothing, for so long. */
export const silence = (ms: number): Sound => ({ pcm: new Int16Array((ms * RATE) / 1000), endless: false });

/** Sounds one after the other. */
export function sequence(...sounds: Sound[]): Sound {
  const pcm = new Int16Array(sounds.reduce((sum, sound) => sum + sound.pcm.length, 0));
  let at = 0;
  for (const sound of sounds) {
    pcm.set(sound.pcm, at);
    at += sound.pcm.length;
  }
  return { pcm, endless: false };
}

/** The same sound over and over. */
export const repeated = (sound: Sound): Sound => ({ ...sound, endless: true });

/** Row and column frequencies of a key in hertz (ITU-T Q.23). */
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
export const KEYS = '123A456B789C*0#D';

/** A key as two tones of -13 dBov each (ITU-T Q.23). */
export function keyTones(key: string, ms: number): Sound {
  const index = KEYS.indexOf(key);
  if (index < 0 || key.length !== 1) throw new RangeError(`no such key: ${key}`);
  const [row, column] = [ROWS[index >> 2]!, COLUMNS[index & 3]!];
  const each = peak(-13);
  const at = (s: number): number => each * (Math.sin(2 * Math.PI * row * s) + Math.sin(2 * Math.PI * column * s));
  return { pcm: drawn(ms, at), endless: false };
}

/**
 * Something like speech: syllables of a voiced buzz and of breath, pauses between words, never twice the same for two
 * seeds, always the same for one. Level in dBov of the loudest syllable.
 */
export function babble({ ms, seed = 1, level = -12 }: { ms: number; seed?: number; level?: number }): Sound {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  const chance = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const pcm = new Int16Array(Math.round((ms * RATE) / 1000));
  const loud = peak(level);
  for (let at = 0; at < pcm.length;) {
    const length = Math.floor(RATE * (0.12 + 0.16 * chance()));
    const [pitch, formant, breath] = [90 + 130 * chance(), 400 + 1800 * chance(), 0.15 + 0.5 * chance()];
    for (let i = 0; i < length && at + i < pcm.length; i++) {
      const s = i / RATE;
      const buzz = (1 - 2 * ((s * pitch) % 1)) * Math.cos(2 * Math.PI * formant * s);
      const shape = Math.sin((Math.PI * i) / length);
      pcm[at + i] = Math.round(loud * shape * ((1 - breath) * buzz + breath * (2 * chance() - 1)));
    }
    at += length + (chance() < 0.3 ? Math.floor(RATE * (0.06 + 0.2 * chance())) : 0);
  }
  return { pcm, endless: false };
}

/** Amplitude of one frequency in dBov by the Goertzel algorithm; -Infinity for nothing. Exact over whole periods. */
export function goertzel(pcm: Int16Array, hz: number): number {
  if (pcm.length === 0) return -Infinity;
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / RATE);
  let [last, before] = [0, 0];
  for (const sample of pcm) [last, before] = [sample + coefficient * last - before, last];
  const power = last * last + before * before - coefficient * last * before;
  return 20 * Math.log10((2 * Math.sqrt(Math.max(0, power))) / pcm.length / FULL);
}

/** Loudness over everything (RMS) in dBov, a full sine being -3.01; -Infinity for digital silence. */
export function loudness(pcm: Int16Array): number {
  let sum = 0;
  for (const sample of pcm) sum += sample * sample;
  return pcm.length === 0 ? -Infinity : 20 * Math.log10(Math.sqrt(sum / pcm.length) / FULL);
}
