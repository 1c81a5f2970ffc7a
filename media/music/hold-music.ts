import { createHash } from 'node:crypto';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeSound } from '../prompts/sound.ts';

const rate = 8_000;
/** Root mean square, dB below full scale: speech lies at about -20, so that a message stands out. */
export const musicLevel = -25;
const beatSeconds = 0.6;

/** Four chords of an old turn, as semitones above A3; each is broken, low to high and back. Nobody has a right to it. */
const chords = [
  [0, 4, 7, 12],
  [-3, 0, 4, 9],
  [-7, -3, 0, 5],
  [-5, -1, 2, 7],
] as const;
const order = [0, 1, 2, 3, 2, 1, 0, 1] as const;

/** Plucked notes over a soft bass, 38 s; begins and ends in silence, so that it can be played round. */
export function holdMusic(): Float32Array {
  const notes = [...chords, ...chords].flatMap((chord) =>
    order.map((at, nth) => ({ semitone: chord[at], bass: nth === 0 ? chord[0] - 12 : undefined })),
  );
  const samples = new Float32Array(Math.round((notes.length + 1) * beatSeconds * rate));
  for (const [beat, { semitone, bass }] of notes.entries()) {
    pluck(samples, beat * beatSeconds, semitone, 1, 1.2);
    if (bass !== undefined) pluck(samples, beat * beatSeconds, bass, 0.9, 3);
  }
  const last = Math.round(0.3 * rate);
  for (let at = 0; at < last; at++) samples[samples.length - 1 - at]! *= at / last;
  return levelled(samples);
}

/** A note whose overtones die away sooner than its ground (a plucked string); it comes in within 5 ms, without a click. */
function pluck(into: Float32Array, fromSeconds: number, semitone: number, strength: number, seconds: number): void {
  const hertz = 220 * 2 ** (semitone / 12);
  const begin = Math.round(fromSeconds * rate);
  const count = Math.min(Math.round(seconds * rate), into.length - begin);
  for (let at = 0; at < count; at++) {
    const time = at / rate;
    let sound = 0;
    for (let part = 1; part <= 4 && part * hertz < rate / 2; part++)
      sound += (Math.sin(2 * Math.PI * hertz * part * time) / part ** 2) * Math.exp(-time * (1.5 + part));
    into[begin + at]! += strength * sound * Math.min(1, time / 0.005) * (1 - at / count);
  }
}

function levelled(samples: Float32Array): Float32Array {
  const square = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
  const gain = 10 ** (musicLevel / 20) / Math.sqrt(square);
  return samples.map((sample) => sample * gain);
}

/** The file of it, made when it is not there; its name stands for what it holds. */
export async function holdMusicFile(folder: string): Promise<string> {
  const sound = writeSound({ rate, samples: holdMusic() });
  const home = resolve(folder, 'music');
  const path = join(home, `${createHash('sha256').update(sound).digest('hex').slice(0, 16)}.wav`);
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) return path;
  await mkdir(home, { recursive: true });
  const unfinished = join(home, `.${process.pid}.part`);
  await writeFile(unfinished, sound);
  await rename(unfinished, path);
  return path;
}
