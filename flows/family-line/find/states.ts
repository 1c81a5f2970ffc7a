import { languages } from '../../language.ts';
import type { StateKey } from '../../wording/catalogue.ts';
import { stateKeys, wording } from '../../wording/catalogue.ts';
import type { Search } from './spelling.ts';
import { keysOf, lettersOf, searchByName } from './spelling.ts';

/** A state or territory whose name can be said, as USPS abbreviates it. */
export type State = StateKey extends `state.${infer Abbreviation}` ? Abbreviation : never;

export const isState = (abbreviation: string): abbreviation is State =>
  (stateKeys as readonly string[]).includes(`state.${abbreviation}`);

/** What says its name. */
export const stateName = (state: State): StateKey => `state.${state}`;

/** By the two letters of a state, or the beginning of its name in either language. Two letters that are a state's are not another's name. */
export function searchStates(among: readonly State[]): Search<State> {
  const byName = languages.map((language) => searchByName(among, (state) => wording[language][stateName(state)]));
  return (typed) => {
    const wanted = lettersOf(typed);
    const abbreviated = among.filter((state) => keysOf(state)[0] === wanted);
    if (abbreviated.length > 0) return abbreviated;
    return [...new Set(byName.flatMap((search) => search(wanted)))];
  };
}
