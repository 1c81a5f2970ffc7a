import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo } from 'preact/hooks';
import type { Language } from '../format/language.ts';
import { timesOf, type Times } from '../format/time.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import type { Wording } from './wording.ts';

export interface Words {
  readonly language: Language;
  readonly words: Wording;
  readonly times: Times;
}

const wordings: Readonly<Record<Language, Wording>> = { en, es };
const wordsOf = (language: Language): Words => ({ language, words: wordings[language], times: timesOf(language) });
const Spoken = createContext<Words>(wordsOf('en'));

export const useWords = (): Words => useContext(Spoken);

/** Everything inside speaks this language, and says so to who reads it aloud. */
export function Speaking({
  language,
  children,
}: {
  readonly language: Language;
  readonly children: ComponentChildren;
}) {
  const spoken = useMemo(() => wordsOf(language), [language]);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return <Spoken.Provider value={spoken}>{children}</Spoken.Provider>;
}

/** The word for a value of the API; the value itself where there is none yet. */
export const wordFor = (words: Readonly<Record<string, string>>, value: string): string =>
  (Object.hasOwn(words, value) ? words[value] : undefined) ?? value;
