import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { PromptKey } from '#flows/prompt.ts';
import { blockHistory, placeBlock } from '#db/blocks.ts';
import { accept, callAndPickUp, callIn, heardAll, hears, hearsSaid, soundOf, talking } from './acts.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import { Phone } from './phone/phone.ts';
import { babble, repeated, sequence, silence } from './phone/sound.ts';
import { ownServers } from './stage.ts';
import { expectNear, expectStates, toldOf, versionOf } from './told.ts';
import { wholeCalls } from './whole-calls.ts';

/** Tried after the carrier. */
const second = await Phone.start({ name: 'second' });
const toSecond = new Map<string, (call: IncomingCall) => void>();
second.onCall((call) => (toSecond.get(call.invite.uri.slice(4, 16)) ?? ((wrong) => wrong.reject(404)))(call));
/** Resolves at this time of `performance`, not before. */
const until = async (ms: number) => {
  while (performance.now() < ms) await stage().pause(Math.max(1, ms - performance.now()));
};
const opening = ['en:language.choose', 'es:language.choose', 'en:pin.ask'];
const offer = ['en:offer.from', 'en:offer.notice'];
const menu = ['en:offer.menu', 'es:offer.other-language'];

const { call, stage, played, pins } = wholeCalls({
  environment: { RING_SECONDS: '6', SWEEP_SECONDS: '2' },
  moreTrunks: [{ name: 'second', port: second.address.port }],
  sites: {
    elsewhere: { changes: { defaultLanguage: 'es' } },
    closed: { changes: { callingHours: {} } },
    resting: { changes: { active: false } },
    broken: { stationActive: false },
    hasty: { changes: { velocity: { attemptsPerPersonPerHour: 1, attemptsPerNumberPerDay: 100 } } },
    'other-keys': { changes: { offerKeys: { accept: '5', refuse: '6', block: '#', language: '0' } } },
  },
  atOnce: 8,
});

call('accepted and talked, the called party hangs up', async (scene) => {
  const { inside, outside } = await talking(scene);
  const said = { in: babble({ ms: 600, seed: 1 }), out: babble({ ms: 600, seed: 2 }) };
  void inside.speak(said.in);
  void outside.speak(said.out);
  await hearsSaid(outside, said.in);
  await hearsSaid(inside, said.out);
  const { atMs } = await outside.hangup();
  expect(await inside.ended).toMatchObject({ by: 'them', how: 'bye', cause: 16 });
  expect(await heardAll(scene, inside, 'outcome.ended')).toBe(true);
  expect(outside.from).toBe('+18669490290');

  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'policy', 'ringing', 'greeting', 'talking', 'done');
  const { call: cdr } = told;
  expect(cdr).toMatchObject({
    ...{ disposition: 'talked', endedBy: 'outside', q850: 16, language: 'en', acceptedKey: '1' },
    ...{ number: scene.number, personId: scene.player.id, facilityId: 'valley-view', stationId: 'valley-view-trunk' },
  });
  expect(cdr.sipStatus).toBeUndefined();
  expectNear(cdr.states.offHook, inside.answeredMs);
  expectNear(cdr.states.greeting, outside.answeredMs);
  expectNear(cdr.acceptedAt, (await hears(scene, outside, 'offer.accepted')).untilMs);
  expectNear(cdr.states.done, atMs, 3_000);
  expect(told.prompts).toEqual({
    inside: [...opening, 'en:calling', 'en:outcome.ended'],
    outside: [...offer, ...menu, 'en:offer.accepted'],
  });
  expect(told.keys).toEqual({ inside: ['1', '(secret)'], outside: ['1'] });
  for (const key of ['offer.notice', 'offer.menu', 'offer.accepted'] as const)
    expect(told.versions.find((prompt) => prompt.key === key)?.version).toBe(
      await versionOf(await soundOf(scene, key)),
    );
});

call('accepted and talked, the caller hangs up', async (scene) => {
  const { inside, outside } = await talking(scene);
  await inside.hangup();
  expect(await outside.ended).toMatchObject({ by: 'them', how: 'bye', cause: 16 });
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'talked', endedBy: 'inside', q850: 16, acceptedKey: '1' });
  expectStates(told, 'offHook', 'policy', 'ringing', 'greeting', 'talking', 'done');
  expect(told.prompts.inside).toEqual([...opening, 'en:calling']);
});

call('refused by key', async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  await hears(scene, outside, 'offer.from', { until: 'start' });
  await outside.press('2');
  expect(await outside.ended).toMatchObject({ by: 'them', how: 'bye' });
  expect(await inside.ended).toMatchObject({ by: 'them', how: 'bye' });
  expect(await heardAll(scene, outside, 'offer.refused')).toBe(true);
  expect(await heardAll(scene, inside, 'outcome.no-answer')).toBe(true);
  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'policy', 'ringing', 'greeting', 'done');
  expect(told.call).toMatchObject({ disposition: 'refused', endedBy: 'outside', q850: 21 });
  expect(told.call.acceptedKey).toBeUndefined();
  expect(told.call.acceptedAt).toBeUndefined();
  expect(told.keys.outside).toEqual(['2']);
  expect(told.prompts).toEqual({
    inside: [...opening, 'en:calling', 'en:outcome.no-answer'],
    outside: [...offer, 'en:offer.refused'],
  });
  expect(told.share('offer.notice')).not.toBe('whole');
  expect(told.share('offer.refused')).toBe('whole');
});

call('blocked: the next call is stopped before it rings, that of another facility is not', async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  await hears(scene, outside, 'offer.notice', { until: 'start' });
  await outside.press('9');
  await hears(scene, outside, 'offer.blocked');
  expect(await outside.ended).toMatchObject({ by: 'them', how: 'bye' });
  await inside.ended;
  expect(await heardAll(scene, outside, 'offer.still-blocked')).toBe(true);
  expect(await heardAll(scene, inside, 'outcome.no-answer')).toBe(true);
  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'policy', 'ringing', 'greeting', 'done');
  expect(told.call).toMatchObject({ disposition: 'blocked', endedBy: 'outside', q850: 21 });
  const [block, ...others] = await blockHistory(scene.stage.system.db, scene.number);
  expect(others).toEqual([]);
  expect(block?.lifted).toBeUndefined();
  expect(block).toMatchObject({
    scope: { facilityId: 'valley-view' },
    placed: { by: { kind: 'called-party-key', callId: told.call.id } },
  });

  let rang = 0;
  scene.stage.person(scene.number, (call) => {
    rang++;
    call.reject(486);
  });
  const again = await callIn(scene);
  await again.ended;
  expect(await heardAll(scene, again, 'refusal.blocked')).toBe(true);
  const stopped = await toldOf(scene.stage, again);
  expectStates(stopped, 'offHook', 'policy', 'done');
  expect(stopped.call).toMatchObject({ disposition: 'already-blocked', endedBy: 'policy', q850: 21 });
  expect(stopped.prompts.inside).toEqual([...opening, 'en:refusal.blocked']);
  expect(rang).toBe(0);
});

call(
  'a block placed by the API turns away a call that is dialled 50 ms after its answer',
  { others: 1 },
  async (scene) => {
    const { system } = scene.stage;
    const [other] = scene.others;
    if (!other) throw new Error('There is nobody else to call.');
    // Of two people who call the number, one's call rings; the other has all of it dialled but the last digit.
    const ringing = scene.rings();
    const earlier = callIn(other, { to: scene.number });
    const inside = await callIn(scene, { to: '0' });
    await hears(scene, inside, 'number.ask', { until: 'start' });
    await inside.press(scene.number.slice(2, -1), { ms: 60 });
    const outside = await ringing;
    outside.ring();
    let rang = 0;
    scene.stage.person(scene.number, (incoming) => {
      rang++;
      incoming.reject(486);
    });

    const answer = await fetch(`http://127.0.0.1:${system.supervisor.ports('api')['http']}/v1/blocks`, {
      method: 'POST',
      headers: { authorization: `Bearer ${system.config.API_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        number: scene.number,
        facilityId: 'valley-view',
        agent: 'ada',
        reason: 'asked by letter',
      }),
    });
    expect([answer.status, await answer.json()]).toEqual([201, { result: 'placed' }]);
    const answeredMs = performance.now();
    await until(answeredMs + 50);
    const { firstMs } = await inside.press(scene.number.slice(-1), { ms: 60 });
    expect(firstMs - answeredMs).toBeGreaterThanOrEqual(50);
    await inside.ended;
    expect(await heardAll(scene, inside, 'refusal.blocked')).toBe(true);
    const stopped = await toldOf(scene.stage, inside);
    expectStates(stopped, 'offHook', 'policy', 'done');
    expect(stopped.call).toMatchObject({ disposition: 'already-blocked', endedBy: 'policy', number: scene.number });
    expect(rang).toBe(0);

    // What rang before the block rings on: nobody is connected without a key that is pressed after the notice.
    expect(await outside.answer()).toBe(true);
    await hears(scene, outside, 'offer.from', { until: 'start' });
    await outside.press('2');
    expect((await toldOf(scene.stage, await earlier)).call.disposition).toBe('refused');
  },
);

call('blocked at one facility, a number rings from another, in its language', { site: 'elsewhere' }, async (scene) => {
  const { db } = scene.stage.system;
  const by = { kind: 'agent', id: 'test' } as const;
  await placeBlock(db, { number: scene.number, scope: { facilityId: 'valley-view' }, by, reason: 'test' });
  const { inside, outside } = await callAndPickUp(scene, { language: 'es' });
  await hears(scene, outside, 'offer.from', { language: 'es' });
  await outside.hangup();
  await inside.ended;
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'hung-up-in-offer', facilityId: 'elsewhere', language: 'es' });
});

call('a block undone with the same key goes on with the offer', async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  await hears(scene, outside, 'offer.menu', { until: 'start' });
  await outside.press('9');
  const { untilMs } = await hears(scene, outside, 'offer.blocked');
  await outside.press('9');
  await hears(scene, outside, 'offer.unblocked');
  await hears(scene, outside, 'offer.menu', { from: untilMs });
  await outside.press('1');
  await scene.stage.bridged(inside);
  await outside.hangup();
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'talked', acceptedKey: '1' });
  expect(told.keys.outside).toEqual(['9', '9', '1']);
  const [block] = await blockHistory(scene.stage.system.db, scene.number);
  expect(block?.lifted).toMatchObject({ by: { kind: 'called-party-key', callId: told.call.id } });
});

call('no key is pressed in three rounds', { long: true }, async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  expect(await outside.ended).toMatchObject({ by: 'them', how: 'bye' });
  await inside.ended;
  expect(await heardAll(scene, outside, 'offer.no-key')).toBe(true);
  expect(await heardAll(scene, inside, 'outcome.no-answer')).toBe(true);
  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'policy', 'ringing', 'greeting', 'done');
  expect(told.call).toMatchObject({ disposition: 'no-key', endedBy: 'system', q850: 19 });
  const round = [...offer, ...menu];
  expect(told.prompts.outside).toEqual([...round, ...round, ...round, 'en:offer.no-key']);
  expect(told.keys.outside).toEqual([]);
});

call('an answering machine talks and never presses', { long: true }, async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  void outside.speak(repeated(babble({ ms: 4_000, seed: 3 })));
  await inside.ended;
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'no-key', endedBy: 'system', q850: 19 });
});

interface Refused {
  readonly status: number;
  readonly disposition: string;
  readonly q850: number;
  readonly announcement: PromptKey;
  readonly reason?: string;
}
const sorry = 'outcome.unavailable';
const refusedCalls: readonly Refused[] = [
  { status: 486, disposition: 'busy', q850: 17, announcement: 'outcome.busy' },
  { status: 600, disposition: 'busy', q850: 17, announcement: 'outcome.busy' },
  { status: 404, disposition: 'not-in-service', q850: 1, announcement: 'outcome.not-in-service' },
  { status: 480, disposition: 'no-answer', q850: 18, announcement: 'outcome.no-answer' },
  { status: 480, reason: 'Q.850;cause=17', disposition: 'busy', q850: 17, announcement: 'outcome.busy' },
  { status: 603, disposition: 'rejected', q850: 21, announcement: 'outcome.no-answer' },
  { status: 302, disposition: 'redirected', q850: 23, announcement: sorry },
  { status: 488, disposition: 'incompatible', q850: 88, announcement: sorry },
];
for (const { status, reason, disposition, q850, announcement } of refusedCalls)
  call(`the phone outside answers ${status}${reason ? ` with ${reason}` : ''}: ${disposition}`, async (scene) => {
    let tries = 0;
    const refuse = (incoming: IncomingCall) => {
      tries++;
      if (status === 302) incoming.redirect(302, 'sip:+19005550123@127.0.0.1:9');
      else incoming.reject(status, reason ? { headers: { Reason: reason } } : {});
    };
    scene.stage.person(scene.number, refuse);
    toSecond.set(scene.number, refuse);
    const inside = await callIn(scene);
    expect(await inside.ended).toMatchObject({ by: 'them', how: 'bye' });
    expect(await heardAll(scene, inside, announcement)).toBe(true);
    const told = await toldOf(scene.stage, inside);
    expectStates(told, 'offHook', 'policy', 'ringing', 'done');
    expect(told.call).toMatchObject({ disposition, q850, sipStatus: status, endedBy: 'outside' });
    expect(tries).toBe(1);
    expect(told.prompts.inside).toEqual([...opening, 'en:calling', `en:${announcement}`]);
  });

call('after 5xx the next trunk rings', async (scene) => {
  scene.stage.person(scene.number, (incoming) => incoming.reject(503));
  const ringing = new Promise<IncomingCall>((resolve) => toSecond.set(scene.number, resolve));
  const inside = await callIn(scene);
  const outside = await ringing;
  await outside.answer();
  await accept(scene, outside);
  await scene.stage.bridged(inside);
  await inside.hangup();
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'talked' });
  expect(told.kinds('failed')).toEqual([{ leg: 'outside', route: 'carrier', status: 503 }]);
  expect(told.kinds('answered')).toEqual([{ leg: 'outside', route: 'second' }]);
});

call('after 5xx of every trunk the call is unavailable', async (scene) => {
  scene.stage.person(scene.number, (incoming) => incoming.reject(500));
  toSecond.set(scene.number, (incoming) => incoming.reject(502));
  const inside = await callIn(scene);
  await inside.ended;
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'unavailable', sipStatus: 502, q850: 38, endedBy: 'outside' });
  expect(told.prompts.inside.at(-1)).toBe(`en:${sorry}`);
});

call('after it rang, 5xx does not ring a second time through another trunk', async (scene) => {
  let again = 0;
  scene.stage.person(scene.number, (incoming) => {
    incoming.ring();
    incoming.reject(503);
  });
  toSecond.set(scene.number, () => again++);
  const inside = await callIn(scene);
  await inside.ended;
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'unavailable', sipStatus: 503, q850: 41 });
  expect(again).toBe(0);
});

call('it rings and nobody answers', async (scene) => {
  const ringing = scene.rings();
  const inside = await callIn(scene);
  const outside = await ringing;
  outside.ring();
  const begunMs = performance.now();
  const { how, by, atMs } = await outside.ended;
  expect({ how, by }).toEqual({ how: 'cancel', by: 'them' });
  expect(atMs - begunMs).toBeGreaterThan(5_000);
  expect(atMs - begunMs).toBeLessThan(8_000);
  await inside.ended;
  expect(await heardAll(scene, inside, 'outcome.no-answer')).toBe(true);
  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'policy', 'ringing', 'done');
  expect(told.call).toMatchObject({ disposition: 'no-answer', endedBy: 'outside', q850: 19 });
  expect(told.kinds('progress')).toContainEqual({ leg: 'outside', route: 'carrier', status: 180 });
});

call('the caller hangs up while it rings', async (scene) => {
  const ringing = scene.rings();
  const inside = await callIn(scene);
  const outside = await ringing;
  outside.ring();
  const id = await scene.stage.idOf(inside);
  await scene.stage.journals.wait(({ callId, kind }) => callId === id && kind === 'progress');
  const { atMs } = await inside.hangup();
  const gone = await outside.ended;
  expect(gone).toMatchObject({ how: 'cancel', by: 'them' });
  expect(gone.atMs - atMs).toBeLessThan(1_500);
  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'policy', 'ringing', 'done');
  expect(told.call).toMatchObject({ disposition: 'caller-cancelled', endedBy: 'inside', q850: 16 });
});

call('the called party hangs up in the middle of the announcement', async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  await hears(scene, outside, 'offer.notice', { until: 'start' });
  await outside.hangup();
  await inside.ended;
  expect(await heardAll(scene, inside, 'outcome.no-answer')).toBe(true);
  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'policy', 'ringing', 'greeting', 'done');
  expect(told.call).toMatchObject({ disposition: 'hung-up-in-offer', endedBy: 'outside', q850: 16 });
  expect(told.prompts.outside).toEqual(offer);
  expect(told.share('offer.from')).toBe('whole');
});

call('the caller leaves during the offer, and the called party is told', async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  await hears(scene, outside, 'offer.from');
  await inside.hangup();
  await hears(scene, outside, 'offer.caller-gone');
  expect(await outside.ended).toMatchObject({ by: 'them', how: 'bye' });
  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'policy', 'ringing', 'greeting', 'done');
  expect(told.call).toMatchObject({ disposition: 'caller-left-offer', endedBy: 'inside', q850: 16 });
  expect(told.prompts.outside.at(-1)).toBe('en:offer.caller-gone');
});

const wrongPins = ['70918273', '70918274', '70918275'];

call('a wrong PIN three times', async (scene) => {
  const inside = await callIn(scene, { pin: wrongPins[0] ?? '' });
  for (const pin of wrongPins.slice(1)) {
    const from = performance.now();
    await hears(scene, inside, 'pin.ask', { from });
    await inside.press(`${pin}#`, { ms: 60 });
  }
  await inside.ended;
  expect(await heardAll(scene, inside, 'pin.goodbye')).toBe(true);
  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'done');
  expect(told.call).toMatchObject({ disposition: 'pin-failed', endedBy: 'policy', q850: 21 });
  expect(told.call.personId).toBeUndefined();
  expect(told.keys.inside).toEqual(['1', '(secret)', '(secret)', '(secret)']);
  expect(told.prompts.inside.filter((prompt) => prompt.startsWith('en:pin.wrong'))).toHaveLength(2);
  expect(told.prompts.inside.at(-1)).toBe('en:pin.goodbye');
});

call(
  'wrong PINs on two calls lock the phone: no third is asked for one, other phones are',
  { others: 1, long: true },
  async (scene) => {
    const [other] = scene.others;
    if (!other) throw new Error('too few people');
    const tries = async (count: number) => {
      const inside = await callIn(scene, { pin: wrongPins[0] ?? '' });
      for (let nth = 1; nth < count; nth++) {
        await hears(scene, inside, 'pin.ask', { from: performance.now() });
        await inside.press(`${wrongPins[nth]}#`, { ms: 60 });
      }
      await inside.ended;
      return toldOf(scene.stage, inside);
    };
    expect((await tries(3)).call.disposition).toBe('pin-failed');
    const last = await tries(3);
    expect(last.call).toMatchObject({ disposition: 'pin-locked', endedBy: 'policy', q850: 21 });
    expect(last.prompts.inside.at(-1)).toBe('en:pin.locked');
    expect(last.kinds('pin-locked')).toEqual([{ identity: scene.player.id, guesses: 6, seconds: 60 }]);

    const locked = scene.dial();
    expect(await locked.answered).toBe(true);
    await hears(scene, locked, 'language.choose', { until: 'start' });
    await locked.press('1');
    await locked.ended;
    expect(await heardAll(scene, locked, 'pin.locked')).toBe(true);
    const told = await toldOf(scene.stage, locked);
    expect(told.call).toMatchObject({ disposition: 'pin-locked', endedBy: 'policy', q850: 21 });
    expectStates(told, 'offHook', 'done');
    expect(told.prompts.inside).toEqual([...opening.slice(0, 2), 'en:pin.locked']);

    other.stage.person(other.number, (incoming) => incoming.reject(486));
    const free = await callIn(other);
    await free.ended;
    expect((await toldOf(other.stage, free)).call.disposition).toBe('busy');
  },
);

call('a PIN typed before it is asked for is not written down, not even key by key', async (scene) => {
  const inside = scene.dial();
  expect(await inside.answered).toBe(true);
  await hears(scene, inside, 'language.choose', { until: 'start' });
  // Neither 1 nor 2 is among them: those would choose the language.
  await inside.press('84703569#', { ms: 60 });
  await inside.hangup();
  const told = await toldOf(scene.stage, inside);
  const ignored = told.kinds('ignored-key').map(({ key }) => key);
  expect(ignored.length).toBeGreaterThan(0);
  expect(new Set(ignored)).toEqual(new Set(['(secret)']));
});

call('the PIN of another facility is no PIN here; the own one then is', async (scene) => {
  const stranger = tellStranger;
  const inside = await callIn(scene, { pin: stranger });
  await hears(scene, inside, 'pin.wrong');
  await hears(scene, inside, 'pin.ask', { from: performance.now() });
  scene.stage.person(scene.number, (incoming) => incoming.reject(486));
  await inside.press(`${scene.player.pin}#`, { ms: 60 });
  await inside.ended;
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'busy', personId: scene.player.id });
});
const tellStranger = '61940257';

call('one call per person at a time', async (scene) => {
  const ringing = scene.rings();
  const inside = await callIn(scene);
  const outside = await ringing;
  const other = await callIn(scene);
  await other.ended;
  expect(await heardAll(scene, other, 'person.busy')).toBe(true);
  const told = await toldOf(scene.stage, other);
  expectStates(told, 'offHook', 'done');
  expect(told.call).toMatchObject({ disposition: 'person-busy', endedBy: 'policy', q850: 17 });
  outside.reject(486);
  await inside.ended;
  expect((await toldOf(scene.stage, inside)).call.disposition).toBe('busy');
  // And afterwards the person may call again.
  scene.stage.person(scene.number, (incoming) => incoming.reject(486));
  const later = await callIn(scene);
  await later.ended;
  expect((await toldOf(scene.stage, later)).call.disposition).toBe('busy');
});

call('the number is asked for when the request names none', async (scene) => {
  scene.stage.person(scene.number, (incoming) => incoming.reject(486));
  const inside = await callIn(scene, { to: '0' });
  await hears(scene, inside, 'number.ask', { until: 'start' });
  await inside.press(scene.number.slice(2), { ms: 60 });
  await inside.ended;
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'busy', number: scene.number });
  expect(told.keys.inside).toEqual(['1', '(secret)', scene.number.slice(2)]);
});

call('the number is asked for and none comes', { long: true }, async (scene) => {
  const inside = await callIn(scene, { to: 'homeline' });
  await inside.ended;
  expect(await heardAll(scene, inside, 'number.silence')).toBe(true);
  const told = await toldOf(scene.stage, inside);
  expectStates(told, 'offHook', 'done');
  expect(told.call).toMatchObject({ disposition: 'no-number', endedBy: 'policy', q850: 28 });
});

interface TurnedAway {
  readonly to?: string;
  readonly disposition: string;
  readonly announcement: PromptKey;
  readonly q850?: number;
  readonly site?: string;
  readonly inactive?: boolean;
}
const turnedAway: readonly TurnedAway[] = [
  { to: '2135', disposition: 'denied-number', announcement: 'refusal.denied-number' },
  { to: '12345678', disposition: 'invalid-number', announcement: 'refusal.invalid-number', q850: 28 },
  { to: '18005550199', disposition: 'denied-number', announcement: 'refusal.denied-number' },
  { to: '911', disposition: 'denied-number', announcement: 'refusal.denied-number' },
  { to: '+12135550190', disposition: 'privileged-number', announcement: 'refusal.privileged-number' },
  { to: '+12135550191', disposition: 'account-closed', announcement: 'refusal.account-closed' },
  { to: '+12135550192', disposition: 'already-blocked', announcement: 'refusal.blocked' },
  { site: 'closed', disposition: 'outside-hours', announcement: 'refusal.outside-hours' },
  { site: 'resting', disposition: 'facility-inactive', announcement: 'refusal.facility-inactive' },
  { site: 'broken', disposition: 'station-inactive', announcement: 'refusal.station-inactive' },
  { inactive: true, disposition: 'person-inactive', announcement: 'refusal.person-inactive' },
];
for (const { to, disposition, announcement, q850 = 21, site, inactive } of turnedAway)
  call(
    `not placed: ${disposition}${to ? ` (${to})` : ''}`,
    { ...(site && { site }), ...(inactive && { inactive }) },
    async (scene) => {
      const inside = await callIn(scene, to ? { to } : {});
      await inside.ended;
      expect(await heardAll(scene, inside, announcement)).toBe(true);
      const told = await toldOf(scene.stage, inside);
      expectStates(told, 'offHook', 'policy', 'done');
      expect(told.call).toMatchObject({ disposition, q850, endedBy: 'policy' });
      expect(told.prompts.inside).toEqual([...opening, `en:${announcement}`]);
      expect(told.report.recording).toBeUndefined();
    },
  );

call('too many attempts of one person within an hour', { site: 'hasty' }, async (scene) => {
  scene.stage.person(scene.number, (incoming) => incoming.reject(486));
  const first = await callIn(scene);
  await first.ended;
  expect((await toldOf(scene.stage, first)).call.disposition).toBe('busy');
  const next = await callIn(scene);
  await next.ended;
  expect(await heardAll(scene, next, 'refusal.too-many-attempts')).toBe(true);
  const told = await toldOf(scene.stage, next);
  expect(told.call).toMatchObject({ disposition: 'too-many-attempts', endedBy: 'policy', q850: 21 });
});

call("keys are the facility's own", { site: 'other-keys' }, async (scene) => {
  const { inside, outside } = await callAndPickUp(scene);
  await hears(scene, outside, 'offer.menu', { until: 'start' });
  await outside.press('129');
  await accept(scene, outside);
  await scene.stage.bridged(inside);
  await inside.hangup();
  const told = await toldOf(scene.stage, inside);
  expect(told.call).toMatchObject({ disposition: 'talked', acceptedKey: '5' });
  expect(told.keys.outside).toEqual(['(1)', '(2)', '(9)', '5']);
});

call('a first call records the name, and the second call says it', { nameless: true, long: true }, async (scene) => {
  const ringing = scene.rings();
  const inside = await callIn(scene);
  await hears(scene, inside, 'name.ask');
  const name = babble({ ms: 1_500, seed: 77 });
  // A beep comes first.
  await inside.speak(sequence(silence(1_200), name));
  await inside.press('#');
  await hears(scene, inside, 'name.check');
  await inside.press('1');
  const outside = await ringing;
  await outside.answer();
  const heard = await outside.ear.waitFor(name, { tolerance: 'mixed' });
  expect(heard?.matchedSamples ?? 0).toBeGreaterThan(0.8 * (heard?.audibleSamples ?? Infinity));
  await outside.hangup();
  await inside.ended;

  const again = await callAndPickUp(scene);
  await hears(scene, again.outside, 'offer.notice');
  const repeated = again.outside.ear.heard(name, { tolerance: 'mixed' });
  expect(repeated?.matchedSamples ?? 0).toBeGreaterThan(0.8 * (repeated?.audibleSamples ?? Infinity));
  await again.outside.hangup();
  await again.inside.ended;
  const told = await toldOf(scene.stage, again.inside);
  expect(told.prompts.inside.some((prompt) => prompt.includes('name.'))).toBe(false);
  expect(told.versions.find(({ key }) => key === 'offer.from')?.version).toMatch(
    /^[\da-f]{12}\+[\da-f]{12}\+[\da-f]{12}$/,
  );
});

/** freeswitch-conf/ keeps digits out of FreeSWITCH's log. */
const ownServersLogs = ownServers ? ['sip.log'] : [];

test('no PIN is written anywhere', async () => {
  await played();
  const { system } = stage();
  const secrets = [...pins(), ...wrongPins, tellStranger];
  const tables = await sql<{ name: string }>`
    select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`.execute(system.db);
  const texts = new Map<string, string>();
  for (const { name } of tables.rows) {
    const { rows } = await sql`select to_jsonb(t)::text as row from ${sql.raw(name)} t`.execute(system.db);
    texts.set(name, JSON.stringify(rows));
  }
  for (const file of await readdir(system.config.VAR_FOLDER, { recursive: true, withFileTypes: true }))
    if (file.isFile() && file.name.endsWith('.log'))
      texts.set(file.name, await readFile(join(file.parentPath, file.name), 'utf8'));
  expect([...texts.keys()]).toEqual(
    expect.arrayContaining(['public.call_event', 'public.call', 'public.person', 'ivr.log', ...ownServersLogs]),
  );
  const found = [...texts].flatMap(([where, text]) =>
    secrets.filter((pin) => text.includes(pin)).map((pin) => [where, pin]),
  );
  expect(found).toEqual([]);
});

test('no phone was surprised', async () => {
  await played();
  expect(stage().surprises()).toEqual([]);
  expect(second.surprises).toEqual([]);
});
