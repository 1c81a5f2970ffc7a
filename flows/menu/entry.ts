import type { Line } from '../line.ts';
import type { Prompt } from '../prompt.ts';
import type { Answered, Heard } from './ask-again.ts';
import { askAgain, silence } from './ask-again.ts';
import type { SecretDigits } from './secret-digits.ts';

/** What was typed, read; or what to say of it. */
export type Read<T> = { readonly kind: 'value'; readonly value: T } | { readonly kind: 'wrong'; readonly say: Prompt };

export interface Entry<T> {
  readonly ask: readonly Prompt[];
  /** The most keys it can have. */
  readonly max: number;
  /** Complete as typed: neither `#` nor a silence is waited for. */
  readonly complete: (typed: string) => boolean;
  readonly read: (typed: string) => Read<T> | Promise<Read<T>>;
}

/** What stands in a record of an entry: nothing, as a passcode or a card may be typed at any question. */
const unseen = (typed: string): boolean => typed !== '' && typed !== '*' && typed !== '0';

const waitSeconds = 8;
/** Long enough to find a key, or to read the next four digits of a card. */
const betweenSeconds = 4;

/** Lets the caller type something that may be seen. `*` first goes back; a zero alone asks for an agent. */
export function enter<T>(line: Line, { ask, max, complete, read }: Entry<T>): Promise<Answered<T>> {
  return askAgain(async (before): Promise<Heard<T>> => {
    const typed = await line.gather({
      say: [...before, ...ask],
      max,
      terminator: '#',
      waitSeconds,
      betweenSeconds,
      complete: (digits) => digits === '*' || complete(digits),
      secret: unseen,
    });
    if (typed === '') return { kind: 'missed', because: silence };
    if (typed === '*') return { kind: 'back' };
    if (typed === '0') return { kind: 'agent' };
    const found = await read(typed);
    return found.kind === 'value' ? { kind: 'answer', value: found.value } : { kind: 'missed', because: found.say };
  });
}

export interface SecretEntry {
  readonly ask: readonly Prompt[];
  /** Where the digits go, and nowhere else; empty unless the entry succeeds. Whoever gave it wipes it. */
  readonly into: SecretDigits;
  readonly complete: (typed: SecretDigits) => boolean;
  /** What to say of what was typed; undefined when it can be used. */
  readonly wrong: (typed: SecretDigits) => Prompt | undefined;
}

/** A secret, or the `#` alone, that means something else. */
export type SecretOr = 'entered' | 'pound';

/** Lets the caller type what must not be seen. `*` wipes it, and goes back when there is nothing to wipe. */
export async function enterSecret(line: Line, entry: SecretEntry): Promise<Answered<void>> {
  const entered = await typeSecret(line, entry, false);
  return entered.kind === 'answer' ? { kind: 'answer', value: undefined } : entered;
}

/** The same, where a `#` alone is an answer too. */
export const enterSecretOr = (line: Line, entry: SecretEntry): Promise<Answered<SecretOr>> =>
  typeSecret(line, entry, true);

function typeSecret(
  line: Line,
  { ask, into, complete, wrong }: SecretEntry,
  orPound: boolean,
): Promise<Answered<SecretOr>> {
  return askAgain(async (before): Promise<Heard<SecretOr>> => {
    into.wipe();
    const say = [...before, ...ask];
    const ending = await line.collect({ say, into, complete, orPound, waitSeconds, betweenSeconds });
    if (ending === 'star') return { kind: 'back' };
    if (ending === 'pound') return { kind: 'answer', value: ending };
    if (ending === 'silence') return { kind: 'missed', because: silence };
    const agent = into.length === 1 && into.at(0) === 0;
    const because = agent ? undefined : wrong(into);
    if (!agent && because === undefined) return { kind: 'answer', value: 'entered' };
    into.wipe();
    return because === undefined ? { kind: 'agent' } : { kind: 'missed', because };
  });
}
