import type { Language } from '../language.ts';
import attendedEn from './attended.en.json' with { type: 'json' };
import attendedEs from './attended.es.json' with { type: 'json' };
import callBackEn from './call-back.en.json' with { type: 'json' };
import callBackEs from './call-back.es.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };
import es from './es.json' with { type: 'json' };
import familyLineEn from './family-line.en.json' with { type: 'json' };
import familyLineEs from './family-line.es.json' with { type: 'json' };
import messageEn from './message.en.json' with { type: 'json' };
import messageEs from './message.es.json' with { type: 'json' };
import openingEn from './opening.en.json' with { type: 'json' };
import openingEs from './opening.es.json' with { type: 'json' };
import statesEn from './states.en.json' with { type: 'json' };
import statesEs from './states.es.json' with { type: 'json' };
import superviseEn from './supervise.en.json' with { type: 'json' };
import superviseEs from './supervise.es.json' with { type: 'json' };

/** What is said in calls from a facility. */
export type CallHomeKey = keyof typeof en;
/** What is said to families that call the 866 line, and at the agents' desk. */
export type FamilyLineKey =
  | keyof typeof familyLineEn
  | keyof typeof openingEn
  | keyof typeof callBackEn
  | keyof typeof attendedEn
  | keyof typeof superviseEn
  | keyof typeof messageEn;
/** Names of states: said within sentences, never alone. */
export type StateKey = keyof typeof statesEn;
export type PromptKey = CallHomeKey | FamilyLineKey | StateKey;

export const wording: Readonly<Record<Language, Readonly<Record<PromptKey, string>>>> = {
  en: { ...en, ...familyLineEn, ...openingEn, ...callBackEn, ...attendedEn, ...superviseEn, ...messageEn, ...statesEn },
  es: { ...es, ...familyLineEs, ...openingEs, ...callBackEs, ...attendedEs, ...superviseEs, ...messageEs, ...statesEs },
};

export const callHomeKeys = Object.keys(en) as readonly CallHomeKey[];
export const familyLineKeys = Object.keys({
  ...familyLineEn,
  ...openingEn,
  ...callBackEn,
  ...attendedEn,
  ...superviseEn,
  ...messageEn,
}) as readonly FamilyLineKey[];
export const stateKeys = Object.keys(statesEn) as readonly StateKey[];
