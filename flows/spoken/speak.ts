import type { Language } from '../language.ts';
import type { Utterance } from '../utterance.ts';
import { lastFour, phone, reference } from './digit-groups.ts';
import { english } from './english.ts';
import { spanish } from './spanish.ts';
import type { Grammar, SpokenPart, SpokenValue } from './value.ts';
import en from './words.en.json' with { type: 'json' };
import es from './words.es.json' with { type: 'json' };

const grammars: Record<Language, Grammar> = { en: english, es: spanish };
const words: Record<Language, Readonly<Record<string, string>>> = { en, es };

export type Spoken = Utterance | { readonly pauseMs: number };

/**
 * The pieces that say a value, in the order in which they are heard. `last`: the sentence ends with it, so that its last piece is
 * the one recorded with a falling voice, where there is one. Throws for a value that cannot be said: a defect of whoever gave it.
 */
export function speak(language: Language, value: SpokenValue, last: boolean): Spoken[] {
  const parts = partsOf(grammars[language], value);
  return parts.map((part, index) => {
    if (typeof part === 'number') return { pauseMs: part };
    const ending = `${part.replace('number-', 'digit-')}-end`;
    return utterance(language, last && index === parts.length - 1 && ending in words[language] ? ending : part);
  });
}

/** All that must be recorded so that any value can be spoken. */
export const spokenWords = (language: Language): Utterance[] =>
  Object.keys(words[language]).map((name) => utterance(language, name));

/** Whether this is a piece of a value, not of a sentence. */
export const isValue = ({ id }: Utterance): boolean => id.startsWith('spoken.');

function partsOf(grammar: Grammar, value: SpokenValue): SpokenPart[] {
  switch (value.kind) {
    case 'money':
      return grammar.money(value.cents);
    case 'date':
      return grammar.date(value.date, value.today);
    case 'time':
      return grammar.time(value.hour, value.minute);
    case 'minutes':
      return grammar.minutes(value.minutes);
    case 'number':
      return grammar.number(value.number);
    case 'last-four':
      return lastFour(value.digits);
    case 'reference':
      return reference(value.digits);
    case 'phone':
      return phone(value.number);
  }
}

function utterance(language: Language, name: string): Utterance {
  const text = words[language][name];
  if (text === undefined) throw new RangeError(`nothing was recorded in ${language} that says ${name}`);
  return { id: `spoken.${name}`, text };
}
