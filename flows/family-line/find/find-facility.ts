import type { Line } from '../../line.ts';
import type { Answered } from '../../menu/ask-again.ts';
import { enter } from '../../menu/entry.ts';
import { choose } from '../../menu/menu.ts';
import type { Prompt } from '../../prompt.ts';
import { prompt } from '../../prompt.ts';
import type { Directory, Facility } from '../ports.ts';
import { isIt, spell } from './spell.ts';
import { searchByName } from './spelling.ts';
import type { State } from './states.ts';
import { isState, searchStates, stateName } from './states.ts';

/** Any facility (guide rows 19, 37): by its state and the letters of its name, else by its number; whoever finds none gets an agent. */
export async function findFacility(line: Line, directory: Directory): Promise<Answered<Facility>> {
  const how = await choose<typeof byName>(line, {
    choices: [
      { say: prompt('find.by-name'), value: byName },
      { say: prompt('find.by-number'), value: byNumber },
    ],
  });
  if (how.kind !== 'answer') return how;
  const found = await how.value(line, directory);
  if (how.value === byNumber || found.kind !== 'gave-up' || found.silent) return found;
  await line.say(prompt('find.try-number'));
  return byNumber(line, directory);
}

/** Numbers that are typed anew. */
const rounds = 3;

const named = ({ name }: Facility): Prompt => prompt('block.facility', { facility: { kind: 'name', text: name } });

async function byName(line: Line, directory: Directory): Promise<Answered<Facility>> {
  const state = await chooseState(line, (await directory.states()).filter(isState));
  if (state.kind !== 'answer') return state;
  return spell<Facility>(line, {
    ask: prompt('find.spell-name'),
    search: searchByName(await directory.ofState(state.value), ({ name }) => name),
    enough: 3,
    none: prompt('find.no-name'),
    say: named,
  });
}

/** Not asked where there is but one. */
async function chooseState(line: Line, states: readonly State[]): Promise<Answered<State>> {
  const [only, ...others] = states;
  if (only === undefined) return { kind: 'gave-up', silent: false };
  if (others.length === 0) return { kind: 'answer', value: only };
  return spell<State>(line, {
    ask: prompt('find.spell-state'),
    search: searchStates(states),
    enough: 2,
    none: prompt('find.no-state'),
    say: (state) => prompt('find.state', { state: { kind: 'wording', key: stateName(state) } }),
  });
}

/** A digit that was mistyped is another facility: which one it is, is told. `*` there types it again. */
async function byNumber(line: Line, directory: Directory): Promise<Answered<Facility>> {
  for (let round = 0; round < rounds; round++) {
    const typed = await enter<Facility>(line, {
      ask: [prompt('block.facility-number')],
      max: 8,
      complete: () => false,
      read: async (digits) => {
        const facility = await directory.numbered(digits);
        return facility ? { kind: 'value', value: facility } : { kind: 'wrong', say: prompt('block.no-facility') };
      },
    });
    if (typed.kind !== 'answer') return typed;
    const meant = await isIt(line, named(typed.value), typed.value, prompt('find.number-again'));
    if (meant.kind !== 'back') return meant;
  }
  return { kind: 'agent' };
}
