import { expect } from 'vitest';
import type { Language } from '#flows/language.ts';
import { hashFile } from '#media/recordings/file.ts';
import { accept, callAndPickUp, callIn, hearEachOther, heardAll, hears, soundOf } from './acts.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import { find } from './phone/recognition.ts';
import { encoded, reference } from './phone/reference.ts';
import { readRecording } from './recording.ts';
import { expectStates, tell } from './told.ts';
import type { Scene } from './whole-calls.ts';
import { wholeCalls } from './whole-calls.ts';

const drainSeconds = 3;
const { call } = wholeCalls({ environment: { DRAIN_SECONDS: String(drainSeconds) } });

interface Pair {
  readonly id: string;
  readonly inside: OutgoingCall;
  readonly outside: IncomingCall;
}

async function talkingIn(scene: Scene, language: Language): Promise<Pair> {
  const { inside, outside } = await callAndPickUp(scene, { language });
  if (language === 'es') {
    await hears(scene, outside, 'offer.notice', { until: 'start' });
    await outside.press(scene.site.facility.offerKeys.language);
  }
  await accept(scene, outside, language);
  await scene.stage.bridged(inside);
  return { id: await scene.stage.idOf(inside), inside, outside };
}

/** Whether a channel of a recording has a sound, whole. */
async function has(channel: Int16Array | undefined, sound: string): Promise<boolean> {
  const found = find(encoded(channel ?? new Int16Array(), 'PCMU'), reference(sound, 'PCMU'), 0, 'mixed');
  return found !== undefined && found.matched === found.audible;
}

async function expectGoodbye(
  scene: Scene,
  phones: readonly (OutgoingCall | IncomingCall)[],
  language: Language = 'en',
) {
  for (const phone of phones) {
    expect(phone.ending).toMatchObject({ by: 'them', how: 'bye' });
    expect(await heardAll(scene, phone, 'service.stops', language)).toBe(true);
  }
}

// Whose name is being recorded comes from a play of its own: there nobody has a name yet.
let named: (naming: { id: string; inside: OutgoingCall }) => void;
const naming = new Promise<{ id: string; inside: OutgoingCall }>((resolve) => (named = resolve));
call('a name that is being recorded as the platform stops', { nameless: true }, async (scene) => {
  const inside = await callIn(scene);
  await hears(scene, inside, 'name.ask');
  const id = await scene.stage.idOf(inside);
  named({ id, inside });
  await inside.ended;
  await expectGoodbye(scene, [inside]);
});

call('a platform that stops says goodbye to everybody, at every state of a call', { others: 4 }, async (scene) => {
  const [atPin, ringing, offered, spanish] = scene.others;
  if (!atPin || !ringing || !offered || !spanish) throw new Error('too few people');
  const [talk, charla, pin, rung, offer] = await Promise.all([
    talkingIn(scene, 'en'),
    talkingIn(spanish, 'es'),
    (async () => {
      const inside = atPin.dial();
      await hears(atPin, inside, 'language.choose', { until: 'start' });
      await inside.press('2');
      return { inside, id: await scene.stage.idOf(inside) };
    })(),
    (async (): Promise<Pair> => {
      const incoming = ringing.rings();
      const inside = await callIn(ringing);
      const outside = await incoming;
      outside.ring();
      return { inside, outside, id: await scene.stage.idOf(inside) };
    })(),
    (async (): Promise<Pair> => {
      const both = await callAndPickUp(offered);
      await hears(offered, both.outside, 'offer.from', { until: 'start' });
      return { ...both, id: await scene.stage.idOf(both.inside) };
    })(),
    naming,
  ]);

  const toldMs = performance.now();
  const stopped = scene.stage.system.supervisor.stop();
  await hearEachOther(talk.inside, talk.outside, 8_300);
  const refused = scene.dial();
  expect(await refused.answered).toBe(false);
  expect(refused.ending).toMatchObject({ status: 503 });
  const ends = await Promise.all([talk.inside, talk.outside].map(({ ended }) => ended));
  for (const { atMs } of ends) expect(atMs - toldMs).toBeGreaterThan(drainSeconds * 1_000 - 100);
  await stopped;

  await expectGoodbye(scene, [talk.inside, talk.outside, rung.inside, offer.inside, offer.outside]);
  await expectGoodbye(spanish, [charla.inside, charla.outside, pin.inside], 'es');
  expect(rung.outside.ending).toMatchObject({ by: 'them', how: 'cancel' });

  const [, recorded, ...others] = await Promise.all(
    [(await naming).id, talk.id, charla.id, pin.id, rung.id, offer.id].map((id) => scene.stage.report(id)),
  );
  if (!recorded) throw new Error('no report');
  for (const report of [recorded, ...others]) {
    const { call: closed, share } = tell(report);
    expect(closed).toMatchObject({ disposition: 'shutdown', endedBy: 'system', q850: 41, cause: 'shutdown' });
    expect(closed.closedAt).toBeInstanceOf(Date);
    expect(share('service.stops')).toBe('whole');
  }
  expectStates(tell(recorded), 'offHook', 'policy', 'ringing', 'greeting', 'talking', 'done');

  // The recording was finished before the process ended, and has the goodbye: what the inside hears lies on the right.
  const { spoolPath = '', finished, stored } = recorded.recording ?? {};
  // Whoever stores recordings may just have done so before it stopped as well.
  const kept = stored?.location ?? spoolPath;
  expect((await hashFile(kept)).sha256).toBe(finished?.sha256);
  expect(finished?.repaired).toBe(false);
  const { channels } = await readRecording(kept);
  const goodbye = await soundOf(scene, 'service.stops');
  expect(await has(channels[1], goodbye)).toBe(true);
  expect(await has(channels[0], goodbye)).toBe(false);
});
