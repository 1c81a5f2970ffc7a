import type { Language } from '../language.ts';
import type { Answer, DigitsWanted, Line, Meanwhile, Question, SecretWanted, Voice, VoiceWanted } from '../line.ts';
import type { SecretDigits } from '../menu/secret-digits.ts';
import type { Key, Prompt } from '../prompt.ts';
import type { Act, Verb } from './step.ts';
import { hangUp, silence, speaks, Step } from './step.ts';

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

/** Of the event loop's queue, that what is not late needs. */
const shortTurns = 10;

/** What people type at a question, by the last prompt of the question. */
export type Samples = Readonly<Record<string, readonly string[]>>;

/** What the person on a line does. */
export interface Person {
  readonly acts: readonly Act[];
  /** What they do at every question after that, when it can be done there; to hang up, also while something is told. */
  readonly after?: Act;
  /** What the world knows by now; asked for once, at the question after the acts. */
  readonly known?: () => string;
}

/** A line whose person does some acts, one after the other, and from then on one and the same. */
export class ExploredLine implements Line {
  language: Language = 'en';
  readonly steps: Step[] = [];
  /** Into which secrets went. */
  readonly buffers = new Set<SecretDigits>();
  /** What was known at the question after the acts. */
  known = '';
  readonly #person: Person;
  readonly #samples: Samples;
  /** Announced since the last question. */
  #said: Prompt[] = [];

  constructor(samples: Samples, person: Person) {
    this.#samples = samples;
    this.#person = person;
  }

  /** What was told after the last question. */
  get lastWords(): readonly Prompt[] {
    return this.#said;
  }

  async say(...prompts: Prompt[]): Promise<void> {
    this.#said.push(...prompts);
    const { acts, after } = this.#person;
    if (after === hangUp && this.steps.length >= acts.length) throw new HungUp();
  }

  async ask({ say, keys, fresh = false, anew = [] }: Question): Promise<Answer> {
    const act = this.#step('ask', say, [...keys, silence, hangUp], { fresh, anew });
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

  /** Told of once, when it takes longer than anything else does here; who hangs up then is gone. */
  async waitFor(done: Promise<unknown>, { say }: Meanwhile): Promise<void> {
    const settled = Promise.allSettled([done]).then(() => true);
    for (let turn = 0; turn < shortTurns; turn++) await Promise.resolve();
    if (await Promise.race([settled, Promise.resolve(false)])) return;
    await this.say(...say);
    await settled;
  }

  async recordVoice({ say, minSeconds }: VoiceWanted): Promise<Voice | undefined> {
    const act = this.#step('record', say, [speaks, silence, hangUp]);
    return act === speaks ? { path: 'voice.wav', seconds: minSeconds + 1 } : undefined;
  }

  #typed(say: readonly Prompt[]): readonly string[] {
    const key = say.at(-1)?.key ?? '';
    const samples = this.#samples[key];
    if (!samples) throw new Error(`nobody knows what to type when asked ${key}`);
    return samples;
  }

  #step(
    verb: Verb,
    asked: readonly Prompt[],
    acts: readonly Act[],
    { fresh, anew }: Pick<Step, 'fresh' | 'anew'> = { fresh: false, anew: [] },
  ): Act {
    if (this.steps.length >= mostSteps) throw new Endless(`more than ${mostSteps} questions`);
    const announced = this.#said;
    this.#said = [];
    const { acts: done, after = silence, known } = this.#person;
    if (known && this.steps.length === done.length) this.known = known();
    const act = done[this.steps.length] ?? (acts.includes(after) ? after : silence);
    this.steps.push(new Step({ verb, language: this.language, announced, asked, acts, act, fresh, anew }));
    if (act === hangUp) throw new HungUp();
    return act;
  }
}
