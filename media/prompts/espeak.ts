import type { Sound } from './sound.ts';
import type { Voice } from './voice.ts';

/** What this file uses of the Emscripten build, which brings no types. */
interface EspeakWorker {
  readonly samplerate: number;
  /** 0 when the voice exists. */
  set_voice(name: string): number;
  set_rate(wordsPerMinute: number): void;
  /** Per cent of its usual. */
  set_volume(volume: number): void;
  synthesize(ssml: string, onSamples: (samples: Int16Array | null) => void): void;
}
interface EspeakModule {
  eSpeakNGWorker: new () => EspeakWorker;
}

/** eSpeak NG's own pace. */
const wordsPerMinute = 175;

let started: Promise<EspeakWorker> | undefined;

/** eSpeak NG compiled to JavaScript: text in, 22.05 kHz out. It does not yield while it speaks: not for a call's process. */
export async function speakWithEspeak({ voice, stretch }: Voice, text: string): Promise<Sound> {
  started ??= start();
  const worker = await started;
  if (worker.set_voice(voice) !== 0) throw new Error(`eSpeak NG has no voice ${voice}`);
  worker.set_volume(60); // at 100 the louder voices clip; the level is set later
  worker.set_rate(Math.round(wordsPerMinute / stretch));
  const pieces: Int16Array[] = [];
  worker.synthesize(text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'), (samples) => {
    if (samples) pieces.push(samples.slice());
  });
  const samples = new Float32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) for (const sample of piece) samples[at++] = sample / 32768;
  return { rate: worker.samplerate, samples };
}

async function start(): Promise<EspeakWorker> {
  const name = '@echogarden/espeak-ng-emscripten';
  const { default: load } = (await import(name)) as { default: () => Promise<EspeakModule> };
  return new (await load()).eSpeakNGWorker();
}
