import type { Language } from '../language.ts';
import type { Prompt } from '../prompt.ts';
import { compose } from '../prompt.ts';

/** 148 words a minute in English and 126 in Spanish (docs/decisions/0002-voice.md), in letters with their spaces. */
const lettersPerSecond: Readonly<Record<Language, number>> = { en: 14, es: 13 };
/** What every recorded piece has before and after its speech (media/prompts/telephone-sound.ts). */
const edgeSeconds = 0.15;
/** A spoken name. */
const recordedSeconds = 2;
/** Between prompts (media/prompts/sequence.ts). */
const breathSeconds = 0.2;

/** How long prompts take to be told, estimated from their text. */
export const secondsOf = (language: Language, prompts: readonly Prompt[]): number =>
  prompts.reduce((sum, one) => sum + breathSeconds + lengthOf(one.language ?? language, one), 0);

/** The same prompts are told in thousands of explored calls. */
const known = new Map<string, number>();

function lengthOf(language: Language, one: Prompt): number {
  const what = JSON.stringify([language, one]);
  const before = known.get(what);
  if (before !== undefined) return before;
  const seconds = compose(language, one).pieces.reduce((sum, piece) => {
    if (piece.kind === 'pause') return sum + piece.ms / 1000;
    if (piece.kind === 'recorded') return sum + recordedSeconds;
    return sum + edgeSeconds + piece.utterance.text.length / lettersPerSecond[language];
  }, 0);
  known.set(what, seconds);
  return seconds;
}
