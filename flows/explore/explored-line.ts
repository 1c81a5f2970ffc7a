import type { Language } from '../language.ts';
import type { Answer, DigitsWanted, Line, Question, SecretWanted } from '../line.ts';
import type { SecretDigits } from '../menu/secret-digits.ts';
import type { Key, Prompt } from '../prompt.ts';
import type { Act, Verb } from './step.ts';
import { hangUp, silence, Step } from './step.ts';

export type { Act, Step } from './step.ts';
export { hangUp, silence } from './step.ts';

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
  readonly #acts: readonly Act[];
  readonly #samples: Samples;
  /** Announced since the last question. */
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

  async collect({
    say,
    into,
    complete,
    orPound = false,
  }: SecretWanted): Promise<'entered' | 'silence' | 'star' | 'pound'> {
    this.buffers.add(into);
    const typed = [...this.#typed(say), ...(orPound ? ['#'] : [])];
    const act = this.#step('type a secret', say, [...typed, '*', '0', silence, hangUp]);
    if (act === '#' && orPound) return 'pound';
    if (act === silence || act === '#') return 'silence';
    if (act === '*') return 'star';
    for (const key of act) {
      into.press(key);
      if (into.full || complete(into)) break;
    }
    return 'entered';
  }

  async waitFor(done: Promise<unknown>): Promise<void> {
    await Promise.allSettled([done]);
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

  #step(verb: Verb, asked: readonly Prompt[], acts: readonly Act[], fresh = false): Act {
    if (this.steps.length >= mostSteps) throw new Endless(`more than ${mostSteps} questions`);
    const announced = this.#said;
    this.#said = [];
    const act = this.#acts[this.steps.length] ?? silence;
    this.steps.push(new Step({ verb, announced, asked, acts, act, fresh }));
    if (act === hangUp) throw new HungUp();
    return act;
  }
}
