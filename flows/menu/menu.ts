import type { Line } from '../line.ts';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import type { Answered, Heard } from './ask-again.ts';
import { askAgain, silence } from './ask-again.ts';

export interface Choice<T> {
  /** What it is for, told before its key: who listens for the key need not remember the sentence. */
  readonly say: Prompt;
  readonly value: T;
}

export interface Menu<T> {
  /** Told before the choices, and again when the caller asks to hear it again. */
  readonly before?: readonly Prompt[];
  /** Told once after the choices, and again when the caller asks to hear it again: who chooses sooner need not hear it. */
  readonly after?: readonly Prompt[];
  /** Told before the choices each time: what they are about must not be guessed. */
  readonly about?: readonly Prompt[];
  /** Keys typed ahead do not count here. */
  readonly fresh?: boolean;
  /** One to four, on the keys 1 to 4 in this order. */
  readonly choices: readonly Choice<T>[];
}

/** Nobody keeps more in mind. */
export const mostChoices = 4;
const everyKey = [...'0123456789*#'];
const waitSeconds = 6;

/**
 * Lets the caller choose; a key pressed meanwhile, or before, counts at once. `*` goes back, `0` asks for an agent, `#` tells all
 * again; another key, or none, is asked about three times.
 */
export function choose<T>(
  line: Line,
  { before = [], about = [], after = [], choices, fresh = false }: Menu<T>,
): Promise<Answered<T>> {
  if (choices.length < 1 || choices.length > mostChoices)
    throw new RangeError(`a menu has one to ${mostChoices} choices, not ${choices.length}`);
  const told = choices.flatMap(({ say }, index) => [say, press(String(index + 1))]);
  let [intro, outro] = [before, after];
  return askAgain(async (missed): Promise<Heard<T>> => {
    const answer = await line.ask({
      say: [...missed, ...intro, ...about, ...told, ...outro],
      keys: everyKey,
      waitSeconds,
      fresh,
    });
    [intro, outro] = [[], []];
    if (answer.kind === 'silence') return { kind: 'missed', because: silence };
    switch (answer.key) {
      case '*':
        return { kind: 'back' };
      case '0':
        return { kind: 'agent' };
      case '#':
        [intro, outro] = [before, after];
        return { kind: 'repeat' };
      default: {
        const chosen = choices[Number(answer.key) - 1];
        return chosen
          ? { kind: 'answer', value: chosen.value }
          : { kind: 'missed', because: prompt('menu.not-a-choice') };
      }
    }
  });
}

const press = (key: string): Prompt => prompt('menu.press', { key: { kind: 'key', key } });
