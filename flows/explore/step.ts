import type { Language } from '../language.ts';
import { languages } from '../language.ts';
import type { Prompt } from '../prompt.ts';
import { secondsOf } from './seconds.ts';

/** What a person can do at a question: a key, digits that they type, a voice, nothing, or to hang up. */
export type Act = string;
export const silence: Act = 'silence';
export const hangUp: Act = 'hang up';
/** Says something when a voice is recorded. */
export const speaks: Act = 'speaks';

export type Verb = 'ask' | 'type' | 'type a secret' | 'record';

/** What a line knows of a question when it is asked. */
interface Asked {
  readonly verb: Verb;
  readonly language: Language;
  /** Told by announcements since the last question. */
  readonly announced: readonly Prompt[];
  /** Told by the question itself. */
  readonly asked: readonly Prompt[];
  /** Everything that could be done. */
  readonly acts: readonly Act[];
  readonly act: Act;
  /** Keys typed ahead do not count. */
  readonly fresh: boolean;
  /** Keys that count only if they went down in the question. */
  readonly anew: readonly string[];
}

/** One question, and what was done at it. */
export class Step {
  readonly verb: Verb;
  readonly language: Language;
  readonly announced: readonly Prompt[];
  readonly said: readonly Prompt[];
  readonly asked: readonly Prompt[];
  readonly acts: readonly Act[];
  readonly act: Act;
  readonly fresh: boolean;
  readonly anew: readonly string[];
  #name: string | undefined;
  #question: string | undefined;
  #seconds: number | undefined;

  constructor({ verb, language, announced, asked, acts, act, fresh, anew }: Asked) {
    this.verb = verb;
    this.language = language;
    this.announced = announced;
    this.said = [...announced, ...asked];
    this.asked = asked;
    this.acts = acts;
    this.act = act;
    this.fresh = fresh;
    this.anew = anew;
  }

  /** The prompts since the last question, by their keys: two questions that say the same are one. */
  get name(): string {
    return (this.#name ??= nameOf(this.said));
  }

  /** The prompts that ask: the choices of a menu, the last prompt of an entry, all of any other question. */
  get asking(): readonly Prompt[] {
    if (this.verb !== 'ask') return this.asked.slice(-1);
    const choices = this.asked.filter((_, index) => this.asked[index + 1]?.key === press);
    return choices.length > 0 ? choices : this.asked;
  }

  /** What is told before what asks. */
  get told(): readonly Prompt[] {
    const others = new Set([...this.asking, ...this.afterwards]);
    return this.said.filter((one) => !others.has(one) && one.key !== press);
  }

  /** What is told after the choices of a menu, while the caller chooses. */
  get afterwards(): readonly Prompt[] {
    const last = this.asked.findLastIndex(({ key }) => key === press);
    return last < 0 ? [] : this.asked.slice(last + 1);
  }

  /** What is asked, by the keys of the prompts that ask, whatever is told before. */
  get question(): string {
    return (this.#question ??= nameOf(this.asking));
  }

  /** Whether it is a menu, whose every key is listened for: `*`, `0` and `#` have their usual meaning. */
  get isMenu(): boolean {
    return this.verb === 'ask' && this.acts.includes('0') && this.acts.includes('*');
  }

  /**
   * Of what was told since the last question until one may choose, in the slower language: of a menu to its last choice, of anything
   * else all of it. Calls are replayed by the thousand: reckoned when asked for.
   */
  get seconds(): number {
    const said = this.said.slice(0, this.said.length - this.afterwards.length);
    return (this.#seconds ??= Math.max(...languages.map((language) => secondsOf(language, said))));
  }
}

const press = 'menu.press';

/** The same for all values: which facility it is about does not make another question. */
export const nameOf = (said: readonly Prompt[]): string =>
  said
    .map(({ key }) => key)
    .filter((key, index, all) => key !== press && key !== all[index - 1])
    .join(' ');

/** What is told when a question got no answer that can be used. */
const misses: readonly string[] = ['menu.silence', 'menu.not-a-choice', 'menu.ways-out'];

/** Told because the question was asked before, and not because of what it asks. */
export const isMiss = ({ key }: Prompt): boolean => misses.includes(key);

/** A question that is asked again begins with what went wrong. */
export const afterMisses = (name: string): string => {
  const keys = name.split(' ');
  return keys.slice(keys.findIndex((key) => !misses.includes(key))).join(' ');
};
