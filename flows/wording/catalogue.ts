import type { Language } from '../language.ts';
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };
import familyLineEn from './family-line.en.json' with { type: 'json' };
import familyLineEs from './family-line.es.json' with { type: 'json' };

/** What is said in calls from a facility. */
export type CallHomeKey = keyof typeof en;
/** What is said to families that call the 866 line. */
export type FamilyLineKey = keyof typeof familyLineEn;
export type PromptKey = CallHomeKey | FamilyLineKey;

export const wording: Readonly<Record<Language, Readonly<Record<PromptKey, string>>>> = {
  en: { ...en, ...familyLineEn },
  es: { ...es, ...familyLineEs },
};

export const callHomeKeys = Object.keys(en) as readonly CallHomeKey[];
export const familyLineKeys = Object.keys(familyLineEn) as readonly FamilyLineKey[];
