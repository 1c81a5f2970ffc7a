import type { Desk } from '#flows/call-home/inside.ts';
import { callHome } from '#flows/call-home/inside.ts';
import type { Offer, OfferOutcome } from '#flows/call-home/offer.ts';
import { offerCall } from '#flows/call-home/offer.ts';
import type { Language } from '#flows/language.ts';
import type { Answer, DigitsWanted, Line, Question, SecretWanted, Voice, VoiceWanted } from '#flows/line.ts';
import type { Prompt } from '#flows/prompt.ts';

/** The keys that a facility has unless it chooses others. */
export const usualKeys: Offer['keys'] = { accept: '1', refuse: '2', block: '9', language: '*' };

/** What the person at the other end does; called with the last prompt of a question, which names it. */
interface Person {
  key(question: Question): string | undefined;
  digits(): string;
}

/** A line on which a flow runs to its end at once; it remembers what was asked. */
class WalkedLine implements Line {
  language: Language = 'en';
  /** The first word of each prompt's key, in order: `pin` of `pin.ask`. */
  readonly steps: string[] = [];
  readonly questions: Question[] = [];
  readonly #person: Person;

  constructor(person: Person) {
    this.#person = person;
  }

  async say(...prompts: Prompt[]): Promise<void> {
    for (const { key } of prompts) {
      const step = key.split('.')[0] ?? key;
      if (!this.steps.includes(step)) this.steps.push(step);
    }
  }

  async ask(question: Question): Promise<Answer> {
    this.questions.push(question);
    await this.say(...question.say);
    const key = this.#person.key(question);
    return key === undefined || !question.keys.includes(key)
      ? { kind: 'silence' }
      : { kind: 'key', key: key as Extract<Answer, { kind: 'key' }>['key'] };
  }

  async gather(wanted: DigitsWanted): Promise<string> {
    await this.say(...wanted.say);
    return this.#person.digits();
  }

  async collect({ say, into }: SecretWanted): Promise<'entered'> {
    await this.say(...say);
    for (const digit of '4821') into.press(digit);
    return 'entered';
  }

  async waitFor(done: Promise<unknown>): Promise<void> {
    await Promise.allSettled([done]);
  }

  async recordVoice(wanted: VoiceWanted): Promise<Voice> {
    await this.say(...wanted.say);
    return { path: 'name.wav', seconds: 1 };
  }
}

export interface InsideWalk {
  /** What happens inside before the policy is asked, in order. */
  readonly steps: readonly string[];
  /** How often a PIN may be typed. */
  readonly pinTries: number;
  /** At which step the flow itself gives up. */
  readonly givesUp: ReadonlyMap<Parameters<Desk['giveUp']>[0] | 'person-busy', string>;
}

/** Walks the flow of the caller with every kind of person: known, new, unknown, busy, locked out, silent. */
export async function walkInside(): Promise<InsideWalk> {
  const givesUp = new Map<Parameters<Desk['giveUp']>[0] | 'person-busy', string>();
  let steps: string[] = [];
  let pinTries = 0;
  for (const found of ['new', 'unknown', 'busy', 'locked'] as const)
    for (const typed of ['2135550142', '']) {
      let tries = 0;
      let beforePolicy: string[] = [];
      const last = () => line.steps.filter((step) => !['language', 'person'].includes(step)).at(-1) ?? '';
      const line = new WalkedLine({ key: () => '1', digits: () => typed });
      const desk: Desk = {
        pinLocked: async () => false,
        identify: async () => {
          tries++;
          if (found === 'busy') givesUp.set('person-busy', last());
          return found === 'new' ? { needsName: true, language: 'en' } : found;
        },
        keepName: async () => undefined,
        mayCall: async () => {
          beforePolicy = [...line.steps];
          return undefined;
        },
        connect: async () => undefined,
        giveUp: async (why) => void givesUp.set(why, last()),
      };
      await callHome(line, desk, undefined);
      if (beforePolicy.length > steps.length) steps = beforePolicy;
      pinTries = Math.max(pinTries, tries);
    }
  return { steps, pinTries, givesUp };
}

/** The questions of the offer by the prompt that names them. */
export type OfferQuestion = 'notice' | 'menu' | 'blocked';

export interface OfferWalk {
  readonly rounds: number;
  /** What is listened for at each question, by meaning. */
  readonly listensFor: Readonly<Record<OfferQuestion, readonly (keyof Offer['keys'])[]>>;
  /** Where each outcome leaves: at these questions, by these keys; no key is silence to the end. */
  readonly outcomes: ReadonlyMap<OfferOutcome, ReadonlySet<string>>;
}

const meanings = Object.keys(usualKeys) as (keyof Offer['keys'])[];

/** Walks the flow of the called party with every one and every two keys pressed at any question, and with none. */
export async function walkOffer(): Promise<OfferWalk> {
  const outcomes = new Map<OfferOutcome, Set<string>>();
  const listensFor: Record<OfferQuestion, readonly (keyof Offer['keys'])[]> = { notice: [], menu: [], blocked: [] };
  const play = async (presses: ReadonlyMap<number, string>) => {
    let at = -1;
    let left = 'silence';
    const line = new WalkedLine({
      key: ({ keys }) => {
        const key = presses.get(++at);
        const meaning = meanings.find((one) => usualKeys[one] === key && keys.includes(usualKeys[one]));
        if (meaning) left = meaning;
        return key;
      },
      digits: () => '',
    });
    const ownBlock = { place: async () => 'placed' as const, undo: async () => true };
    const outcome = await offerCall(line, { keys: usualKeys, facility: 'F', spokenName: undefined }, ownBlock);
    outcomes.set(outcome, (outcomes.get(outcome) ?? new Set()).add(outcome === 'no-key' ? 'silence' : left));
    for (const { say, keys } of line.questions) {
      const question = (['menu', 'notice', 'blocked'] as const).find((name) =>
        say.some(({ key }) => key === `offer.${name}`),
      );
      if (question) listensFor[question] = meanings.filter((meaning) => keys.includes(usualKeys[meaning]));
    }
    return line.questions;
  };
  const silent = await play(new Map());
  const rounds = silent.filter(({ say }) => say.some(({ key }) => key === 'offer.notice')).length;
  for (let first = 0; first < silent.length; first++)
    for (const one of meanings) {
      const presses = new Map([[first, usualKeys[one]]]);
      const { length } = await play(presses);
      for (let second = first + 1; second < length; second++)
        for (const other of meanings) await play(new Map([...presses, [second, usualKeys[other]]]));
    }
  return { rounds, listensFor, outcomes };
}
