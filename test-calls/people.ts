import type { Language } from '#flows/language.ts';
import type { Prompt, Value } from '#flows/prompt.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import { babble, tone } from './phone/sound.ts';
import type { Stage } from './stage.ts';

export interface Dialling {
  readonly pin: string;
  readonly language?: Language;
  /** On a first call: says this name; otherwise the name is known. */
  readonly saysName?: boolean;
  /** Under which the call is shown. */
  readonly label?: string;
}

/** A person inside who picks up, chooses a language, types the PIN, and says a name when asked for it. */
export async function callFromInside(stage: Stage, number: string, person: Dialling): Promise<OutgoingCall> {
  const { pin, language = 'en', saysName = false } = person;
  const call = stage.dial(number, person.label);
  const name: Value = { kind: 'recorded', path: '', shown: '' };
  const hears = async (key: Prompt['key'], until: 'start' | 'end' = 'start') =>
    call.ear.waitFor(await stage.sound(language, key, { name }), { until });
  if (!(await call.answered)) return call;
  await call.ear.waitFor(await stage.sound('en', 'language.choose'), { until: 'start' });
  await call.press(language === 'en' ? '1' : '2');
  await hears('pin.ask');
  await call.press(`${pin}#`);
  if (saysName) {
    await hears('name.ask', 'end');
    await call.speak(babble({ ms: 1_800, seed: 7 }));
    await call.press('#');
    await hears('name.check', 'end');
    await call.press('1');
  }
  return call;
}

/** What a called party did and heard, with the times that are measured. */
export interface Answered {
  readonly call: IncomingCall;
  /** From the answer to the first announcement, in milliseconds. */
  answerToVoiceMs?: number;
  /** From the release of the key to the first sound of the reaction, in milliseconds. */
  keyToReactionMs?: number;
}

/** Notes how long the first announcement took to come. */
export async function hearsFirstWords(stage: Stage, answered: Answered, language: Language = 'en'): Promise<void> {
  const [first] = await stage.offerSounds(language);
  const heard = first && (await answered.call.ear.waitFor(first, { until: 'start' }));
  if (heard && answered.call.answeredMs !== undefined) answered.answerToVoiceMs = heard.atMs - answered.call.answeredMs;
}

/** Presses a key, waits for the prompt that answers it, and notes how long that took. */
export async function pressAndHear(answered: Answered, key: string, reaction: string): Promise<void> {
  const { call } = answered;
  const { endMs } = await call.press(key);
  const heard = await call.ear.waitFor(reaction, { from: endMs, until: 'start' });
  if (heard) answered.keyToReactionMs = heard.atMs - endMs;
}

/** The voices of the two: pure tones, so that a channel can be told from the other. */
export const voices = { inside: tone({ hz: 700, level: -12 }), outside: tone({ hz: 1100, level: -12 }) };
