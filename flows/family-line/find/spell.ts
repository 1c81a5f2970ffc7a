import type { Line } from '../../line.ts';
import type { Answered, Heard } from '../../menu/ask-again.ts';
import { askAgain, silence } from '../../menu/ask-again.ts';
import { enter } from '../../menu/entry.ts';
import type { Prompt } from '../../prompt.ts';
import { prompt } from '../../prompt.ts';
import { pick } from '../pick.ts';
import type { Search } from './spelling.ts';
import { lettersOf } from './spelling.ts';

export interface Spelling<T> {
  readonly ask: Prompt;
  readonly search: Search<T>;
  /** Letters from which on a single match is offered without a `#`. */
  readonly enough: number;
  /** Nothing is spelled like that. */
  readonly none: Prompt;
  /** "For so and so,": what comes before a key. */
  readonly say: (one: T) => Prompt;
}

/** Keys of the longest name that anybody spells. */
const longest = 30;
/** More are not read: some letters more are typed in less time. */
const mostRead = 12;
/** Times that somebody spells another name instead of what was found. */
const rounds = 4;

/** Lets the caller spell a name on the keypad, and say that what was found is meant. `*` at what was found spells again. */
export async function spell<T>(line: Line, { ask, search, enough, none, say }: Spelling<T>): Promise<Answered<T>> {
  for (let round = 0; round < rounds; round++) {
    const typed = await enter<readonly T[]>(line, {
      ask: [ask],
      max: longest,
      complete: (keys) => lettersOf(keys).length >= enough && search(keys).length === 1,
      read: (keys) => {
        const found = search(keys);
        if (found.length === 0) return { kind: 'wrong', say: none };
        return found.length > mostRead
          ? { kind: 'wrong', say: prompt('find.too-many') }
          : { kind: 'value', value: found };
      },
    });
    if (typed.kind !== 'answer') return typed;
    const [only, ...others] = typed.value;
    const chosen =
      only !== undefined && others.length === 0
        ? await isIt(line, say(only), only, prompt('find.again'))
        : await pick(
            line,
            [prompt('find.several')],
            typed.value.map((one) => ({ say: say(one), value: one })),
          );
    if (chosen.kind !== 'back') return chosen;
  }
  return { kind: 'gave-up', silent: false };
}

const press = (key: string): Prompt => prompt('menu.press', { key: { kind: 'key', key } });

/**
 * Tells the only one that was found. It is found before the name is at its end, and whoever types on answers nothing by that: only the
 * keys that are told count, pressed after they began to be told.
 */
export function isIt<T>(line: Line, what: Prompt, value: T, again: Prompt): Promise<Answered<T>> {
  return askAgain(async (missed): Promise<Heard<T>> => {
    const answer = await line.ask({
      say: [...missed, what, press('1'), again, press('*')],
      keys: ['1', '*', '0', '#'],
      fresh: true,
      waitSeconds: 6,
    });
    if (answer.kind === 'silence') return { kind: 'missed', because: silence };
    switch (answer.key) {
      case '1':
        return { kind: 'answer', value };
      case '*':
        return { kind: 'back' };
      case '0':
        return { kind: 'agent' };
      default:
        return { kind: 'repeat' };
    }
  });
}
