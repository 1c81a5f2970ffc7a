import type { Line } from '../../line.ts';
import type { Answered } from '../../menu/ask-again.ts';
import { enter } from '../../menu/entry.ts';
import { choose } from '../../menu/menu.ts';
import { prompt } from '../../prompt.ts';
import type { Directory, Facility } from '../ports.ts';
import { spell } from './spell.ts';
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

async function byName(line: Line, directory: Directory): Promise<Answered<Facility>> {
  const state = await chooseState(line, (await directory.states()).filter(isState));
  if (state.kind !== 'answer') return state;
  return spell<Facility>(line, {
    ask: prompt('find.spell-name'),
    search: searchByName(await directory.ofState(state.value), ({ name }) => name),
    enough: 3,
    none: prompt('find.no-name'),
    say: ({ name }) => prompt('block.facility', { facility: { kind: 'name', text: name } }),
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

const byNumber = (line: Line, directory: Directory): Promise<Answered<Facility>> =>
  enter<Facility>(line, {
    ask: [prompt('block.facility-number')],
    max: 8,
    complete: () => false,
    read: async (typed) => {
      const facility = await directory.numbered(typed);
      return facility ? { kind: 'value', value: facility } : { kind: 'wrong', say: prompt('block.no-facility') };
    },
  });
