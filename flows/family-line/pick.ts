import type { Line } from '../line.ts';
import type { Answered } from '../menu/ask-again.ts';
import type { Choice } from '../menu/menu.ts';
import { choose, mostChoices } from '../menu/menu.ts';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import type { Next, Visit } from './visit.ts';
import { leaving } from './visit.ts';

/** Pages of a long list that are read; nobody stays longer on the line for it. */
const mostPages = 12;

/** Lets the caller pick one of any number of things, a few at a time; the last key leads on to the next of them, and round. */
export async function pick<T>(
  line: Line,
  before: readonly Prompt[],
  choices: readonly Choice<T>[],
): Promise<Answered<T>> {
  if (choices.length <= mostChoices) return choose(line, { before, choices });
  const size = mostChoices - 1;
  for (let page = 0, at = 0; page < mostPages; page++, at = at + size < choices.length ? at + size : 0) {
    const shown: Choice<T | 'more'>[] = choices.slice(at, at + size);
    const more: Choice<'more'> = { say: prompt('menu.more'), value: 'more' };
    const chosen = await choose<T | 'more'>(line, { before: page === 0 ? before : [], choices: [...shown, more] });
    if (chosen.kind !== 'answer') return chosen;
    if (chosen.value !== 'more') return { kind: 'answer', value: chosen.value };
  }
  return { kind: 'agent' };
}

/** Nothing is done, charged or blocked before this: what would be, and one key that says yes. */
export const confirm = (line: Line, ...what: Prompt[]): Promise<Answered<boolean>> =>
  confirmOr(line, prompt('confirm.no'), ...what);

/** The same, where no is said in other words. */
export const confirmOr = (line: Line, otherwise: Prompt, ...what: Prompt[]): Promise<Answered<boolean>> =>
  choose(line, {
    about: what,
    fresh: true,
    choices: [
      { say: prompt('confirm.yes'), value: true },
      { say: otherwise, value: false },
    ],
  });

/** Tells something, and whither from here. */
export const tell = (visit: Visit, ...what: Prompt[]): Promise<Next> => tellAndAgain(visit, what, []);

/** The same, with something of it once more while the caller chooses. */
export async function tellAndAgain({ line }: Visit, what: readonly Prompt[], again: readonly Prompt[]): Promise<Next> {
  const chosen = await choose<Next>(line, {
    before: what,
    after: again,
    choices: [
      { say: prompt('next.menu'), value: 'menu' },
      { say: prompt('next.end'), value: 'goodbye' },
    ],
  });
  return chosen.kind === 'answer' ? chosen.value : leaving(chosen);
}
