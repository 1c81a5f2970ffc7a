import { expect } from 'vitest';
import { encode } from '#media/audio/g711.ts';
import {
  accept,
  bridgeBeginsMs,
  callIn,
  heardAll,
  hears,
  hearsSaid,
  isWhole,
  soundOf,
  talking,
  talkLikeness,
} from './acts.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import { Phone } from './phone/phone.ts';
import { find } from './phone/recognition.ts';
import { encoded, linear, reference } from './phone/reference.ts';
import { toLinear } from './phone/mu-law.ts';
import type { Sound } from './phone/sound.ts';
import { babble, sequence, silence } from './phone/sound.ts';
import { readRecording } from './recording.ts';
import { ownServers } from './stage.ts';
import { toldOf } from './told.ts';
import type { Scene } from './whole-calls.ts';
import { wholeCalls } from './whole-calls.ts';

/** Rings when the carrier cannot. */
const alaw = await Phone.start({ name: 'a-law', codec: 'PCMA' });
const limit = 14;
const warning = 6;
const { call } = wholeCalls({
  environment: { PROBE_SECONDS: '1', WARNING_SECONDS: String(warning), SWEEP_SECONDS: '5' },
  sites: {
    brief: { changes: { talkLimitSeconds: limit } },
    'a-law': { phone: { codec: 'PCMA' } },
  },
  moreTrunks: [{ name: 'a-law', port: alaw.address.port }],
  atOnce: 6,
});

let seed = 500;
/** Each says something and the other hears it, whole. */
async function speakBoth(inside: OutgoingCall, outside: IncomingCall, ms = 800) {
  const said = { inside: babble({ ms, seed: seed++ }), outside: babble({ ms, seed: seed++ }) };
  const from = performance.now();
  // A key pressed just before may still be on its way, and takes the place of what is said meanwhile. What is said may
  // end with a pause, which an ear does not wait for: the silence after it brings it into the recording.
  const say = (sound: Sound) => sequence(silence(300), sound, silence(300));
  const spoken = Promise.all([inside.speak(say(said.inside)), outside.speak(say(said.outside))]);
  const [toOutside, toInside] = await Promise.all([
    hearsSaid(outside, said.inside, from),
    hearsSaid(inside, said.outside, from),
  ]);
  const [insideSpoke, outsideSpoke] = await spoken;
  return { said, toOutside, toInside, insideSpoke, outsideSpoke };
}

/** A sound as it is after G.711. */
function throughMuLaw({ pcm }: Sound): Int16Array {
  const bytes = new Uint8Array(pcm.length);
  encode('PCMU', pcm, pcm.length, bytes, 0);
  return Int16Array.from(bytes, (byte) => toLinear[byte] ?? 0);
}

/** Where a sound lies in a channel, sample by sample; -1 when it is not there as it was said. FreeSWITCH may have torn it (docs/differences.md). */
function placeIn(channel: Int16Array, sound: Int16Array): number {
  if (!ownServers) {
    const place = find(encoded(channel, 'PCMU'), reference(sound, 'PCMU'), 0, talkLikeness);
    return place && isWhole(place.matched, place.audible) ? place.offset : -1;
  }
  const whole = Buffer.from(channel.buffer, channel.byteOffset, channel.byteLength);
  const wanted = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength);
  let at = whole.indexOf(wanted);
  while (at >= 0 && at % 2 === 1) at = whole.indexOf(wanted, at + 1);
  return at < 0 ? -1 : at / 2;
}

async function recordingOf(scene: Scene, inside: OutgoingCall) {
  const told = await toldOf(scene.stage, inside);
  const report = await scene.stage.settled(told.call.id, 20_000);
  const { recording } = report;
  expect(recording?.state).toBe('stored');
  const wav = await readRecording(recording?.stored?.location ?? '');
  expect(wav.rate).toBe(8000);
  expect(wav.channels).toHaveLength(2);
  expect(wav.seconds).toBeCloseTo(recording?.finished?.seconds ?? 0, 2);
  const [left = new Int16Array(), right = new Int16Array()] = wav.channels;
  return { told, left, right, seconds: wav.seconds, recording };
}

call('both hear each other to the sample, and so does the recording: left inside, right outside', async (scene) => {
  const { inside, outside } = await talking(scene);
  const { said, toOutside, toInside, insideSpoke, outsideSpoke } = await speakBoth(inside, outside, 3_000);
  if (ownServers)
    for (const heard of [toOutside, toInside]) expect(heard).toMatchObject({ likeness: 'exact', complete: true });
  await outside.hangup();
  await inside.ended;
  const { left, right, recording } = await recordingOf(scene, inside);
  const inLeft = placeIn(left, throughMuLaw(said.inside));
  const inRight = placeIn(right, throughMuLaw(said.outside));
  expect(inLeft).toBeGreaterThanOrEqual(0);
  expect(inRight).toBeGreaterThanOrEqual(0);
  expect(placeIn(right, throughMuLaw(said.inside))).toBe(-1);
  expect(placeIn(left, throughMuLaw(said.outside))).toBe(-1);
  // The two sides lie beside each other as they were said.
  const apart = (inLeft - inRight) / 8 - (insideSpoke.fromMs - outsideSpoke.fromMs);
  expect(Math.abs(apart)).toBeLessThan(160);
  expect(recording?.finished?.repaired).toBe(false);
  expect(recording?.finished?.sha256).toMatch(/^[\da-f]{64}$/);
});

call('hold and resume', async (scene) => {
  const { inside, outside } = await talking(scene);
  await speakBoth(inside, outside);
  for (const phone of [outside, inside]) {
    expect(await phone.hold()).toBe(true);
    expect(await phone.resume()).toBe(true);
  }
  await speakBoth(inside, outside);
  await inside.hangup();
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'talked', endedBy: 'inside' });
});

call('keys during the talk mean nothing', async (scene) => {
  const { inside, outside } = await talking(scene);
  await outside.press('29*1');
  await inside.press('1#9');
  await outside.press('2', { by: 'info' });
  // They reach the other side as keys, instead of what is said meanwhile.
  const pressed = ({ ear }: OutgoingCall | IncomingCall) =>
    ear.digits.map(({ key, endedMs }) => (endedMs === undefined ? '' : key)).join('');
  await expect.poll(() => pressed(inside), { timeout: 8_000 }).toBe('29*1');
  await expect.poll(() => pressed(outside), { timeout: 8_000 }).toBe('1#9');
  await speakBoth(inside, outside);
  await outside.hangup();
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'talked', endedBy: 'outside' });
  expect(told.keys.outside).toEqual(['1']);
});

call('phones that send no sound but answer OPTIONS are not ended', async (scene) => {
  const { inside, outside } = await talking(scene);
  const options = { inside: 0, outside: 0 };
  const thrice = Promise.all(
    (
      [
        ['inside', inside],
        ['outside', outside],
      ] as const
    ).map(
      ([side, phone]) =>
        new Promise<void>((resolve) => {
          phone.on('request', ({ method }) => {
            if (method === 'OPTIONS' && ++options[side] === 3) resolve();
          });
        }),
    ),
  );
  for (const phone of [inside, outside]) phone.mute();
  await thrice;
  expect([inside.state, outside.state]).toEqual(['talking', 'talking']);
  for (const phone of [inside, outside]) phone.unmute();
  await speakBoth(inside, outside);
  await inside.hangup();
  expect((await toldOf(scene.stage, inside)).call.disposition).toBe('talked');
});

call('one-way sound is recorded and ends nothing', async (scene) => {
  const ringing = scene.rings();
  const inside = await callIn(scene);
  const outside = await ringing;
  await outside.answer();
  await accept(scene, outside);
  await scene.stage.bridged(inside);
  outside.mute();
  const said = babble({ ms: 1_500, seed: seed++ });
  const spoken = inside.speak(sequence(silence(bridgeBeginsMs), said, silence(300)));
  await hearsSaid(outside, said);
  await spoken;
  await inside.hangup();
  const { left, right } = await recordingOf(scene, inside);
  expect(placeIn(left, throughMuLaw(said))).toBeGreaterThanOrEqual(0);
  expect(placeIn(right, throughMuLaw(said))).toBe(-1);
});

for (const side of ['inside', 'outside'] as const)
  call(`a dead phone ${side} ends the talk`, { long: true }, async (scene) => {
    const { inside, outside } = await talking(scene);
    await speakBoth(inside, outside);
    const [dead, alive] = side === 'inside' ? [inside, outside] : [outside, inside];
    dead.vanish();
    expect(await alive.ended).toMatchObject({ by: 'them', how: 'bye' });
    const { told } = await recordingOf(scene, inside);
    expect(told.call).toMatchObject({ disposition: 'far-end-lost', q850: 27 });
    if (side === 'outside') expect(await heardAll(scene, inside, 'talk.lost')).toBe(true);
  });

call('A-law inside, mu-law outside', { site: 'a-law' }, async (scene) => {
  const { inside, outside } = await talking(scene);
  await speakBoth(inside, outside);
  await inside.hangup();
  expect((await toldOf(scene.stage, inside)).call.disposition).toBe('talked');
});

call('mu-law inside, A-law outside', async (scene) => {
  scene.stage.person(scene.number, (incoming) => incoming.reject(503));
  const ringing = new Promise<IncomingCall>((resolve) => alaw.onCall(resolve));
  const inside = await callIn(scene);
  const outside = await ringing;
  await outside.answer();
  await accept(scene, outside);
  await scene.stage.bridged(inside);
  await speakBoth(inside, outside);
  await inside.hangup();
  expect((await toldOf(scene.stage, inside)).call.disposition).toBe('talked');
});

call(
  'the limit: both are warned, both are told goodbye, and the recording has the warning',
  { site: 'brief', long: true },
  async (scene) => {
    const { inside, outside } = await talking(scene);
    const bridgedMs = performance.now();
    const both = (key: 'talk.warning-soon' | 'talk.limit') =>
      Promise.all([inside, outside].map((phone) => hears(scene, phone, key, { tolerance: talkLikeness })));
    const warned = await both('talk.warning-soon');
    for (const { atMs } of warned) expect(Math.abs(atMs - bridgedMs - (limit - warning) * 1_000)).toBeLessThan(2_000);
    const goodbyes = await both('talk.limit');
    for (const { atMs } of goodbyes) expect(Math.abs(atMs - bridgedMs - limit * 1_000)).toBeLessThan(2_000);
    const ended = await Promise.all([inside, outside].map((phone) => phone.ended));
    for (const { atMs, how, by } of ended) {
      expect({ how, by }).toEqual({ how: 'bye', by: 'them' });
      expect(atMs - bridgedMs).toBeLessThan((limit + 3) * 1_000);
    }
    const { told, right, left, seconds } = await recordingOf(scene, inside);
    expect(told.call).toMatchObject({ disposition: 'limit-reached', endedBy: 'limit', q850: 16 });
    expect(seconds).toBeGreaterThan(limit - 1.5);
    expect(seconds).toBeLessThan(limit + 2.5);
    // Inside hears the warning on the right: what that side hears is recorded there.
    const sound = linear(await soundOf(scene, 'talk.warning-soon'));
    const audible = sound.subarray(400, 3_600);
    expect(likest(right, audible)).toBeGreaterThan(0.9);
    expect(likest(left, audible)).toBeLessThan(0.5);
  },
);

/** How alike the likest place of a channel is to a sound: 1 the same wave, 0 nothing of it. */
function likest(channel: Int16Array, sound: Int16Array): number {
  let best = 0;
  const energy = sound.reduce((sum, sample) => sum + sample * sample, 0);
  // Coarsely by a short stretch first: every sample of a minute would take too long.
  const short = sound.subarray(0, 160);
  for (let at = 0; at + sound.length <= channel.length; at++) {
    let rough = 0;
    let there = 0;
    for (let i = 0; i < short.length; i += 4) {
      rough += (short[i] ?? 0) * (channel[at + i] ?? 0);
      there += (channel[at + i] ?? 0) ** 2;
    }
    if (there === 0 || rough <= 0) continue;
    let [dot, own] = [0, 0];
    for (let i = 0; i < sound.length; i += 8) {
      dot += (sound[i] ?? 0) * (channel[at + i] ?? 0);
      own += (channel[at + i] ?? 0) ** 2;
    }
    best = Math.max(best, (dot * 8) / Math.sqrt(energy * own * 8 || 1));
  }
  return best;
}
