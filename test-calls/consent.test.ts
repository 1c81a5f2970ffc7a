import { expect } from 'vitest';
import { accept, callAndPickUp, callIn, hears, soundOf } from './acts.ts';
import { voices } from './people.ts';
import { tone } from './phone/sound.ts';
import { toldOf } from './told.ts';
import { wholeCalls } from './whole-calls.ts';

// Penal Code 632: nobody is recorded, and nobody hears the other, who has not consented after hearing that it is so.
const { call, stage } = wholeCalls({ environment: { RING_SECONDS: '20' }, atOnce: 8 });
const until = (ms: number) => stage().pause(Math.max(0, ms - performance.now()));

/** The notice lasts about two seconds. Each call presses thrice in it, so that every tenth of a second is tried. */
for (const tenth of [0, 1, 2, 3, 4, 5, 6])
  call(`the accept key never counts before the notice has ended: ${tenth}00 ms`, async (scene) => {
    const { inside, outside } = await callAndPickUp(scene);
    const { atMs } = await hears(scene, outside, 'offer.from', { until: 'start' });
    const begins = outside.ear.heard(scene.player.name ?? '')?.atMs ?? atMs;
    const early = [];
    for (const later of [0, 700, 1_400]) {
      await until(begins + tenth * 100 + later);
      early.push(await outside.press('1', { ms: 40 }));
    }
    const { untilMs } = await hears(scene, outside, 'offer.notice');
    // A key is a key when it is released.
    const tooEarly = early.filter(({ endMs }) => endMs < untilMs - 20).length;
    expect(tooEarly).toBeGreaterThan(0);
    if (tooEarly === early.length) {
      await hears(scene, outside, 'offer.menu');
      await outside.press('2');
    } else await outside.hangup();
    await inside.ended;
    const told = await toldOf(scene.stage, inside);
    expect(told.keys.outside.filter((key) => key === '(1)').length).toBeGreaterThanOrEqual(tooEarly);
    if (tooEarly < early.length) return;
    expect(told.keys.outside).toEqual(['(1)', '(1)', '(1)', '2']);
    expect(told.call).toMatchObject({ disposition: 'refused' });
    expect(told.call.acceptedAt).toBeUndefined();
    expect(told.report.recording?.startedAt).toBeUndefined();
  });

call('an accept key held since before the notice has ended is no consent', async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  await hears(scene, outside, 'offer.notice', { until: 'start' });
  const { endMs } = await outside.press('1', { ms: 2_000 });
  const { untilMs } = await hears(scene, outside, 'offer.notice');
  // It is let go long after the notice, where a key of its own would count.
  expect(endMs - untilMs).toBeGreaterThan(200);
  await outside.press('2');
  await inside.ended;
  const told = await toldOf(scene.stage, inside);
  expect(told.keys.outside).toEqual(['(1)', '2']);
  expect(told.call).toMatchObject({ disposition: 'refused' });
  expect(told.report.recording?.startedAt).toBeUndefined();
});

for (const tenth of [1, 4])
  call(`a change of language begins the notice anew, and the key with it: ${tenth}00 ms`, async (scene) => {
    const { inside, outside } = await callAndPickUp(scene);
    // Told to its end in English: had that been enough, the key would count at once in Spanish.
    await hears(scene, outside, 'offer.menu', { until: 'start' });
    await outside.press('*');
    const { untilMs: begins } = await hears(scene, outside, 'offer.from', { language: 'es', until: 'start' });
    for (const later of [0, 500]) {
      await until(begins + tenth * 100 + later - 200);
      await outside.press('1', { ms: 40 });
    }
    const notice = await hears(scene, outside, 'offer.notice', { language: 'es' });
    await accept(scene, outside, 'es');
    await scene.stage.bridged(inside);
    await outside.hangup();
    await inside.ended;
    const told = await toldOf(scene.stage, inside);
    expect(told.keys.outside).toEqual(['*', '(1)', '(1)', '1']);
    expect(told.call.disposition).toBe('talked');
    expect(told.call.acceptedAt?.getTime()).toBeGreaterThan(performance.timeOrigin + notice.untilMs - 100);
    expect(told.prompts.outside).toEqual([
      ...['en:offer.from', 'en:offer.notice', 'en:offer.menu', 'es:offer.other-language'],
      ...['es:offer.from', 'es:offer.notice', 'es:offer.menu', 'en:offer.other-language', 'es:offer.accepted'],
    ]);
  });

for (const [key, disposition] of [
  ['2', 'refused'],
  ['9', 'blocked'],
] as const)
  for (const when of ['offer.from', 'offer.notice', 'offer.menu'] as const)
    call(`${disposition} during ${when}`, async (scene) => {
      const { inside, outside } = await callAndPickUp(scene);
      await hears(scene, outside, when, { until: 'start' });
      const { endMs } = await outside.press(key);
      const reaction = await hears(scene, outside, key === '2' ? 'offer.refused' : 'offer.blocked');
      expect(reaction.atMs - endMs).toBeLessThan(1_500);
      await inside.ended;
      const told = await toldOf(scene.stage, inside);
      expect(told.call.disposition).toBe(disposition);
      expect(told.keys.outside).toEqual([key]);
    });

call('until acceptance the caller hears ringing and nothing of the other side, early media included', async (scene) => {
  const ringing = scene.rings();
  const inside = await callIn(scene);
  void inside.speak(voices.inside);
  const outside = await ringing;
  void outside.speak(tone({ hz: 1300, level: -12 }));
  expect(await outside.earlyMedia()).toBe(true);
  const begunMs = performance.now();
  // Two seconds of every six are sound.
  const both = (from: number) => Math.min(inside.ear.tone(440, from), inside.ear.tone(480, from));
  await expect.poll(() => both(begunMs), { timeout: 8_000 }).toBeGreaterThan(-30);
  expect(await outside.answer()).toBe(true);
  const answeredMs = performance.now();
  void outside.speak(voices.outside);
  const { atMs: offeredMs } = await hears(scene, outside, 'offer.from', { until: 'start' });
  await hears(scene, outside, 'offer.menu');
  const { firstMs: acceptedMs } = await outside.press('1');
  await scene.stage.bridged(inside);
  const bridgedMs = performance.now();
  await expect.poll(() => inside.ear.tone(1100, bridgedMs), { timeout: 8_000 }).toBeGreaterThan(-20);
  await expect.poll(() => outside.ear.tone(700, bridgedMs), { timeout: 8_000 }).toBeGreaterThan(-20);

  for (const hz of [1100, 1300]) expect(inside.ear.tone(hz, begunMs, acceptedMs)).toBeLessThan(-55);
  expect(both(begunMs)).toBeLessThan(0);
  expect(inside.ear.tone(440, answeredMs - 6_000, acceptedMs)).toBeGreaterThan(-40);
  // What is said to the called party has a little of every frequency.
  expect(outside.ear.tone(700, answeredMs, acceptedMs)).toBeLessThan(-35);
  expect(outside.ear.tone(700, answeredMs, offeredMs)).toBeLessThan(-35);
  await inside.hangup();
  const told = await toldOf(scene.stage, inside);
  expect(told.call.disposition).toBe('talked');
  expect(told.kinds('progress')).toContainEqual({ leg: 'outside', route: 'carrier', status: 183 });
});

call('an accept key sent as SIP INFO counts, and not before the notice has ended', async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  await hears(scene, outside, 'offer.from', { until: 'start' });
  await outside.press('1', { by: 'info' });
  await hears(scene, outside, 'offer.menu', { until: 'start' });
  await outside.press('1', { by: 'info' });
  await scene.stage.bridged(inside);
  await inside.hangup();
  const told = await toldOf(scene.stage, inside);
  expect(told.keys.outside).toEqual(['(1)', '1']);
  expect(told.call).toMatchObject({ disposition: 'talked', acceptedKey: '1' });
});

call('a refusal told to the called party is a phone that nobody answered to the caller', async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  await hears(scene, outside, 'offer.menu', { until: 'start' });
  await outside.press('2');
  await inside.ended;
  for (const key of ['offer.refused', 'offer.from', 'offer.notice'] as const)
    expect(inside.ear.heard(await soundOf(scene, key))).toBeUndefined();
  expect(inside.ear.heard(await soundOf(scene, 'outcome.no-answer'))?.complete).toBe(true);
});
