import type { Language } from '../language.ts';
import type { Prompt } from '../prompt.ts';
import { compose } from '../prompt.ts';
import en from './seconds.en.json' with { type: 'json' };
import es from './seconds.es.json' with { type: 'json' };

/** How long each text takes, as the synthesiser says it: measured by `npm run flows`, silence at both ends and all. */
const measured: Readonly<Record<Language, Readonly<Record<string, number>>>> = { en, es };

/** What was not measured, by 148 words a minute in English and 126 in Spanish (docs/decisions/0002-voice.md), in letters with their spaces. */
const lettersPerSecond: Readonly<Record<Language, number>> = { en: 14, es: 13 };
/** What every recorded piece has before and after its speech (media/prompts/telephone-sound.ts). */
const edgeSeconds = 0.15;
/** A spoken name. */
const recordedSeconds = 2;
/** Between prompts (media/prompts/sequence.ts). */
const breathSeconds = 0.2;

/** How long prompts take to be told. */
export const secondsOf = (language: Language, prompts: readonly Prompt[]): number =>
  prompts.reduce((sum, one) => sum + breathSeconds + lengthOf(one.language ?? language, one), 0);

/** The same prompts are told in thousands of explored calls. */
const known = new Map<string, number>();

/** Cheaper than the JSON of all of it: most prompts have no values, or a key. */
function nameOf(language: Language, { key, values }: Prompt): string {
  let name = `${language} ${key}`;
  for (const id in values) {
    const value = values[id];
    name += value?.kind === 'key' ? ` ${id}:${value.key}` : ` ${id}${JSON.stringify(value)}`;
  }
  return name;
}

function lengthOf(language: Language, one: Prompt): number {
  const what = nameOf(language, one);
  const before = known.get(what);
  if (before !== undefined) return before;
  const seconds = compose(language, one).pieces.reduce((sum, piece) => {
    if (piece.kind === 'pause') return sum + piece.ms / 1000;
    if (piece.kind === 'recorded') return sum + recordedSeconds;
    return sum + secondsOfText(language, piece.utterance.text);
  }, 0);
  known.set(what, seconds);
  return seconds;
}

/** How long a text takes to be told: as it was measured, else as long as it looks. */
export const secondsOfText = (language: Language, text: string): number =>
  measured[language][text] ?? edgeSeconds + text.length / lettersPerSecond[language];

export const isMeasured = (language: Language, text: string): boolean => Object.hasOwn(measured[language], text);
