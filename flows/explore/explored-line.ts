import type { Language } from '../language.ts';
import { languages } from '../language.ts';
import type { Answer, DigitsWanted, Line, Question, SecretWanted } from '../line.ts';
import type { SecretDigits } from '../menu/secret-digits.ts';
import type { Key, Prompt } from '../prompt.ts';
import { secondsOf } from './seconds.ts';

/** What a person can do at a question: a key, digits that they type, nothing, or to hang up. */
export type Act = string;
export const silence: Act = 'silence';
export const hangUp: Act = 'hang up';

/** One question, and what was done at it. */
export interface Step {
  /** The prompts since the last question, by their keys: two questions that say the same are one. */
  readonly name: string;
  readonly said: readonly Prompt[];
  readonly verb: 'ask' | 'type' | 'type a secret';
  /** Everything that could be done. */
  readonly acts: readonly Act[];
  readonly act: Act;
  /** Of what was told since the last question, in the slower language. */
  readonly seconds: number;
  /** Keys typed ahead do not count. */
  readonly fresh: boolean;
}

export class HungUp extends Error {
  override readonly name = 'HungUp';
}

/** A flow that asks more than this in one call leads nowhere. */
export const mostSteps = 400;

export class Endless extends Error {
  override readonly name = 'Endless';
}

/** What people type at a question, by the last prompt of the question. */
export type Samples = Readonly<Record<string, readonly string[]>>;

/** A line whose person does these acts, one after the other, and from then on nothing. */
export class ExploredLine implements Line {
  language: Language = 'en';
  readonly steps: Step[] = [];
  /** Into which secrets went. */
  readonly buffers = new Set<SecretDigits>();
  /** Told since the last question. */
  readonly #acts: readonly Act[];
  readonly #samples: Samples;
  #said: Prompt[] = [];

  constructor(samples: Samples, acts: readonly Act[]) {
    this.#samples = samples;
    this.#acts = acts;
  }

  /** What was told after the last question. */
  get lastWords(): readonly Prompt[] {
    return this.#said;
  }

  async say(...prompts: Prompt[]): Promise<void> {
    this.#said.push(...prompts);
  }

  async ask({ say, keys, fresh = false }: Question): Promise<Answer> {
    const act = this.#step('ask', say, [...keys, silence, hangUp], fresh);
    // A key that is not listened for is as if nobody had pressed it.
    return keys.includes(act) ? { kind: 'key', key: act as Key } : { kind: 'silence' };
  }

  async gather({ say, max, complete }: DigitsWanted): Promise<string> {
    const act = this.#step('type', say, [...this.#typed(say), '*', '0', silence, hangUp]);
    if (act === silence || act === '#') return '';
    let typed = '';
    for (const key of act) {
      typed += key;
      if (typed.length >= max || complete?.(typed)) break;
    }
    return typed;
  }

  async collect({ say, into, complete }: SecretWanted): Promise<'entered' | 'silence' | 'star'> {
    this.buffers.add(into);
    const act = this.#step('type a secret', say, [...this.#typed(say), '*', '0', silence, hangUp]);
    if (act === silence || act === '#') return 'silence';
    if (act === '*') return 'star';
    for (const key of act) {
      into.press(key);
      if (into.full || complete(into)) break;
    }
    return 'entered';
  }

  async recordVoice(): Promise<undefined> {
    throw new Error('nobody records a voice on this line');
  }

  #typed(say: readonly Prompt[]): readonly string[] {
    const key = say.at(-1)?.key ?? '';
    const samples = this.#samples[key];
    if (!samples) throw new Error(`nobody knows what to type when asked ${key}`);
    return samples;
  }

  #step(verb: Step['verb'], say: readonly Prompt[], acts: readonly Act[], fresh = false): Act {
    if (this.steps.length >= mostSteps) throw new Endless(`more than ${mostSteps} questions`);
    const said = [...this.#said, ...say];
    this.#said = [];
    const seconds = Math.max(...languages.map((language) => secondsOf(language, said)));
    const act = this.#acts[this.steps.length] ?? silence;
    this.steps.push({ name: nameOf(said), said, verb, acts, act, seconds, fresh });
    if (act === hangUp) throw new HungUp();
    return act;
  }
}

/** The same for all values: which facility it is about does not make another question. */
const nameOf = (said: readonly Prompt[]): string =>
  said
    .map(({ key }) => key)
    .filter((key, index, all) => key !== 'menu.press' && key !== all[index - 1])
    .join(' ');
