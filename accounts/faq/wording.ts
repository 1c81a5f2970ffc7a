import type { Language } from '#db/people.ts';
import en from './wording/en.json' with { type: 'json' };
import es from './wording/es.json' with { type: 'json' };

/** Which question: the same in both languages. */
export type FaqId = keyof typeof en;

export interface FaqWording {
  readonly question: string;
  /** Figures stand in braces by their name. */
  readonly answer: string;
  /** What people call it who do not use our words for it. */
  readonly words: string;
}

/** In the order in which they are listed when nothing is searched for. */
export const faqWording: Readonly<Record<Language, Readonly<Record<FaqId, FaqWording>>>> = { en, es };
export const faqIds = Object.keys(en) as readonly FaqId[];
