import { expect } from 'vitest';
import type { Language } from '#flows/language.ts';
import type { PromptKey, Value } from '#flows/prompt.ts';
import type { Heard } from './phone/ear.ts';
import type { WaitOptions } from './phone/listeners.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import type { DialOptions, OutgoingCall } from './phone/outgoing-call.ts';
import { babble, sequence, silence, type Sound } from './phone/sound.ts';
import { ownServers } from './stage.ts';
import type { Scene } from './whole-calls.ts';

/** FreeSWITCH throws away what waits in its socket as a bridge begins (docs/differences.md). */
export const bridgeBeginsMs = ownServers ? 0 : 300;

/** How alike what is said in a talk must be where it is heard, and in the recording: FreeSWITCH tears it now and then (docs/differences.md). */
export const talkLikeness = ownServers ? 'encoder' : 'torn';
/** What FreeSWITCH may lose of one thing that is said in a talk: two frames of 20 ms, each with the 10 ms that it cuts. Samples. */
const TORN_AWAY = ownServers ? 0 : 480;

/** Whether all that is audible of what was said in a talk is there. Samples. */
export const isWhole = (matched: number, audible: number): boolean => audible - matched <= TORN_AWAY;

/** What one of the two said in a talk reaches the other, whole. */
export async function hearsSaid({ ear }: OutgoingCall | IncomingCall, said: Sound, from?: number): Promise<Heard> {
  const heard = await ear.waitFor(said, { tolerance: talkLikeness, ...(from === undefined ? {} : { from }) });
  if (!heard || !isWhole(heard.matchedSamples, heard.audibleSamples))
    throw new Error(`what was said was not heard whole: ${JSON.stringify({ heard, counts: ear.counts })}`);
  return heard;
}

/** The last sound of a prompt, as this scene's facility says it. */
export function soundOf({ stage, site }: Scene, key: PromptKey, language: Language = 'en'): Promise<string> {
  const { facility } = site;
  const values: Record<string, Value> = {
    name: { kind: 'recorded', path: '', shown: '' },
    facility: { kind: 'name', text: facility.name },
  };
  const { language: other, ...menu } = facility.offerKeys;
  const one: Record<string, string> = key === 'offer.other-language' ? { language: other } : menu;
  for (const [meaning, pressed] of Object.entries(one)) values[meaning] = { kind: 'key', key: pressed };
  return stage.sound(language, key, values);
}

/** Waits until a prompt has been heard to its end, or to its start; fails when the call ends first. */
export async function hears(
  scene: Scene,
  call: OutgoingCall | IncomingCall,
  key: PromptKey,
  { language = 'en', ...options }: WaitOptions & { readonly language?: Language } = {},
) {
  const sound = await soundOf(scene, key, language);
  const heard = await call.ear.waitFor(sound, options);
  if (!heard) throw new Error(`the call ended before ${language}:${key} was heard`);
  return heard;
}

/** Whether the whole of a prompt was heard, any time; throws with what was heard instead. */
export async function heardAll(scene: Scene, call: OutgoingCall | IncomingCall, key: PromptKey, language?: Language) {
  const heard = call.ear.heard(await soundOf(scene, key, language));
  if (heard?.complete) return true;
  throw new Error(`${key} was not heard whole: ${JSON.stringify({ heard, counts: call.ear.counts })}`);
}

export interface Entering {
  readonly to?: string;
  readonly pin?: string;
  readonly language?: Language;
  readonly options?: DialOptions;
}

/** Picks up inside, chooses a language, enters the PIN. */
export async function callIn(scene: Scene, entering: Entering = {}): Promise<OutgoingCall> {
  const { to, pin = scene.player.pin, language = 'en', options = {} } = entering;
  const call = scene.dial(to, scene.site, options);
  expect(await call.answered).toBe(true);
  await hears(scene, call, 'language.choose', { until: 'start' });
  await call.press(language === 'en' ? '1' : '2');
  await hears(scene, call, 'pin.ask', { language, until: 'start' });
  await call.press(`${pin}#`, { ms: 60 });
  return call;
}

/** Places a call whose phone outside is picked up. */
export async function callAndPickUp(
  scene: Scene,
  entering: Entering = {},
): Promise<{ inside: OutgoingCall; outside: IncomingCall }> {
  const ringing = scene.rings();
  const inside = await callIn(scene, entering);
  const outside = await ringing;
  outside.ring();
  expect(await outside.answer()).toBe(true);
  return { inside, outside };
}

/** Listens to the menu and accepts. */
export async function accept(scene: Scene, outside: IncomingCall, language: Language = 'en'): Promise<void> {
  await hears(scene, outside, 'offer.menu', { language });
  await outside.press(scene.site.facility.offerKeys.accept);
  await hears(scene, outside, 'offer.accepted', { language });
}

/** A call that is accepted; resolves when the two can speak with each other. */
export async function talking(
  scene: Scene,
  entering: Entering = {},
): Promise<{ inside: OutgoingCall; outside: IncomingCall; callId: string }> {
  const both = await callAndPickUp(scene, entering);
  await accept(scene, both.outside);
  await scene.stage.bridged(both.inside);
  return { ...both, callId: await scene.stage.idOf(both.inside) };
}

/** What one says reaches the other, whole. */
export async function hearEachOther(
  one: OutgoingCall | IncomingCall,
  other: OutgoingCall | IncomingCall,
  seed: number,
) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    const said = babble({ ms: 600, seed: seed++ });
    void from.speak(sequence(silence(bridgeBeginsMs), said));
    await hearsSaid(to, said);
  }
}
