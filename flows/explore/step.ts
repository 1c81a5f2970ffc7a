import { languages } from '../language.ts';
import type { Prompt } from '../prompt.ts';
import { secondsOf } from './seconds.ts';

/** What a person can do at a question: a key, digits that they type, nothing, or to hang up. */
export type Act = string;
export const silence: Act = 'silence';
export const hangUp: Act = 'hang up';

export type Verb = 'ask' | 'type' | 'type a secret';

/** What a line knows of a question when it is asked. */
interface Asked {
  readonly verb: Verb;
  /** Told by announcements since the last question. */
  readonly announced: readonly Prompt[];
  /** Told by the question itself. */
  readonly asked: readonly Prompt[];
  /** Everything that could be done. */
  readonly acts: readonly Act[];
  readonly act: Act;
  /** Keys typed ahead do not count. */
  readonly fresh: boolean;
}

/** One question, and what was done at it. */
export class Step {
  readonly verb: Verb;
  readonly said: readonly Prompt[];
  readonly asked: readonly Prompt[];
  readonly acts: readonly Act[];
  readonly act: Act;
  readonly fresh: boolean;
  #name: string | undefined;
  #seconds: number | undefined;

  constructor({ verb, announced, asked, acts, act, fresh }: Asked) {
    this.verb = verb;
    this.said = [...announced, ...asked];
    this.asked = asked;
    this.acts = acts;
    this.act = act;
    this.fresh = fresh;
  }

  /** The prompts since the last question, by their keys: two questions that say the same are one. */
  get name(): string {
    return (this.#name ??= nameOf(this.said));
  }

  /** Of what was told since the last question, in the slower language. Calls are replayed by the thousand: reckoned when asked for. */
  get seconds(): number {
    return (this.#seconds ??= Math.max(...languages.map((language) => secondsOf(language, this.said))));
  }
}

/** The same for all values: which facility it is about does not make another question. */
export const nameOf = (said: readonly Prompt[]): string =>
  said
    .map(({ key }) => key)
    .filter((key, index, all) => key !== 'menu.press' && key !== all[index - 1])
    .join(' ');
