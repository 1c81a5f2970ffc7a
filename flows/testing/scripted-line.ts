import type { Language } from '../language.ts';
import type { Answer, DigitsWanted, Line, Meanwhile, Question, SecretWanted, Voice, VoiceWanted } from '../line.ts';
import type { Key, Prompt } from '../prompt.ts';

/** What the person at the other end does, verb by verb; `hang-up` ends the leg there. */
export type Act = Key | 'silence' | 'hang-up' | { readonly digits: string } | { readonly voice: Voice | undefined };

export class HungUp extends Error {
  override readonly name = 'HungUp';
}

/**
 * A line that follows a script and nothing else: it throws when a flow asks for more than the script has, or for something else, and
 * tells at the end what of the script was left over. A key that the flow does not listen for is silence.
 */
export class ScriptedLine implements Line {
  language: Language;
  /** Everything told, in order: `language:key`. */
  readonly told: string[] = [];
  readonly questions: Question[] = [];
  readonly entries: DigitsWanted[] = [];
  readonly secrets: SecretWanted[] = [];
  readonly voices: VoiceWanted[] = [];
  readonly waits: Meanwhile[] = [];
  readonly #acts: Act[];

  constructor(language: Language, ...acts: Act[]) {
    this.language = language;
    this.#acts = acts;
  }

  get leftOver(): readonly Act[] {
    return this.#acts;
  }

  async say(...prompts: Prompt[]): Promise<void> {
    this.#tell(prompts);
    if (this.#acts[0] === 'hang-up') throw new HungUp();
  }

  async ask(question: Question): Promise<Answer> {
    this.questions.push(question);
    this.#tell(question.say);
    const act = this.#next('ask');
    if (act === 'silence') return { kind: 'silence' };
    if (typeof act !== 'string') throw new Error('the script has no key for this question');
    // A key that the question does not listen for is as if nobody had pressed it.
    return question.keys.includes(act) ? { kind: 'key', key: act } : { kind: 'silence' };
  }

  async gather(wanted: DigitsWanted): Promise<string> {
    this.entries.push(wanted);
    this.#tell(wanted.say);
    const act = this.#next('gather');
    if (act === 'silence') return '';
    if (typeof act !== 'object' || !('digits' in act)) throw new Error('the script has no digits for this question');
    if (act.digits.length > wanted.max) throw new Error(`more than ${wanted.max} digits`);
    return act.digits;
  }

  /** Digits go in one by one until it is complete; what the script has beyond that is an error, as nobody would type it. */
  async collect(wanted: SecretWanted): Promise<'entered' | 'silence' | 'star' | 'pound'> {
    const { say, into, complete, orPound = false } = wanted;
    this.secrets.push(wanted);
    this.#tell(say);
    const act = this.#next('collect');
    if (act === 'silence') return 'silence';
    if (act === '*') return 'star';
    if (act === '#') return orPound ? 'pound' : 'silence';
    if (typeof act !== 'object' || !('digits' in act)) throw new Error('the script has no digits for this question');
    for (const [index, digit] of [...act.digits].entries()) {
      if (into.full || (index > 0 && complete(into))) throw new Error(`complete after ${index} digits`);
      into.press(digit);
    }
    return 'entered';
  }

  /** As long as it takes, and nothing is told of it. */
  async waitFor(done: Promise<unknown>, meanwhile: Meanwhile): Promise<void> {
    this.waits.push(meanwhile);
    if (this.#acts[0] === 'hang-up') throw new HungUp();
    await Promise.allSettled([done]);
  }

  async recordVoice(wanted: VoiceWanted): Promise<Voice | undefined> {
    this.voices.push(wanted);
    this.#tell(wanted.say);
    const act = this.#next('recordVoice');
    if (typeof act !== 'object' || !('voice' in act)) throw new Error('the script has no voice here');
    return act.voice;
  }

  #tell(prompts: readonly Prompt[]): void {
    for (const { key, language } of prompts) this.told.push(`${language ?? this.language}:${key}`);
  }

  #next(verb: string): Exclude<Act, 'hang-up'> {
    const act = this.#acts.shift();
    if (act === undefined) throw new Error(`the script is over, and the flow wants to ${verb}`);
    if (act === 'hang-up') throw new HungUp();
    return act;
  }
}
