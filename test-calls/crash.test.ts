import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { join } from 'node:path';
import type { CallReport } from '#db/calls.ts';
import { readPidFile } from '#db/embedded/postmaster.ts';
import type { ProcessName } from '#processes/supervisor.ts';
import { postgresFolder } from '#processes/system.ts';
import { bridgeBeginsMs, callAndPickUp, callIn, hearEachOther, hears, talking } from './acts.ts';
import type { IncomingCall } from './phone/incoming-call.ts';
import type { OutgoingCall } from './phone/outgoing-call.ts';
import { babble, repeated, sequence, silence } from './phone/sound.ts';
import { readRecording } from './recording.ts';
import { ownServers } from './stage.ts';
import { tell, toldById } from './told.ts';
import type { Scene } from './whole-calls.ts';
import { wholeCalls } from './whole-calls.ts';

// One after the other: each crash strikes every call there is.
const { call } = wholeCalls({
  environment: { SWEEP_SECONDS: '1', RING_SECONDS: '60', WARNING_SECONDS: '4' },
  sites: { brief: { changes: { talkLimitSeconds: 12 } } },
  atOnce: 1,
});

interface Pair {
  readonly id: string;
  readonly inside: OutgoingCall;
  readonly outside: IncomingCall;
}

/** A call in every state there is. */
async function everyState(scene: Scene) {
  const [atPin, ringing, offered, talks, over] = scene.others;
  if (!atPin || !ringing || !offered || !talks || !over) throw new Error('too few people');
  const [pin, rung, offer, talk, last] = await Promise.all([
    (async () => {
      const inside = atPin.dial();
      await hears(atPin, inside, 'language.choose', { until: 'start' });
      await inside.press('1');
      await hears(atPin, inside, 'pin.ask', { until: 'start' });
      return { inside, id: await scene.stage.idOf(inside) };
    })(),
    (async (): Promise<Pair> => {
      const incoming = ringing.rings();
      const inside = await callIn(ringing);
      const outside = await incoming;
      outside.ring();
      const id = await scene.stage.idOf(inside);
      await scene.stage.journals.wait(({ callId, kind }) => callId === id && kind === 'progress');
      return { id, inside, outside };
    })(),
    (async (): Promise<Pair> => {
      const both = await callAndPickUp(offered);
      await hears(offered, both.outside, 'offer.from', { until: 'start' });
      return { ...both, id: await scene.stage.idOf(both.inside) };
    })(),
    (async () => {
      const both = await talking(talks);
      const bridgedMs = performance.now();
      const said = babble({ ms: 900, seed: 4_000 });
      void both.inside.speak(sequence(silence(bridgeBeginsMs), said));
      expect(await both.outside.ear.waitFor(said)).toMatchObject({ complete: true });
      void both.inside.speak(repeated(babble({ ms: 500, seed: 4_001 })));
      return { ...both, id: both.callId, bridgedMs, said };
    })(),
    (async (): Promise<Pair> => {
      const both = await talking(over);
      return { ...both, id: both.callId };
    })(),
  ]);
  await last.inside.hangup();
  return { pin, rung, offer, talk, last };
}

/** The report of a call, once it is closed and its recording stored. */
async function settled(scene: Scene, id: string): Promise<CallReport> {
  await expect.poll(async () => (await scene.stage.report(id)).call.closedAt, { timeout: 20_000 }).toBeDefined();
  return scene.stage.settled(id, 20_000);
}

/** A recording is stored, whole, as its hash says, with what was said in it. */
async function expectRecorded({ recording }: CallReport, seconds: number, said?: Int16Array): Promise<void> {
  expect(recording).toMatchObject({ state: 'stored' });
  const location = recording?.stored?.location ?? '';
  const wav = await readRecording(location);
  expect(wav.channels).toHaveLength(2);
  expect(wav.seconds).toBeGreaterThan(seconds);
  expect(recording?.finished?.seconds).toBeCloseTo(wav.seconds, 2);
  expect(
    createHash('sha256')
      .update(await readFile(location))
      .digest('hex'),
  ).toBe(recording?.finished?.sha256);
  if (!said) return;
  // What was said is loud on the left; the exact samples are for talk.test.ts.
  const left = wav.channels[0] ?? new Int16Array();
  expect(left.some((sample) => Math.abs(sample) > 4_000)).toBe(true);
}

/** Whoever calls now is served as ever. */
async function expectNewCalls(scene: Scene): Promise<void> {
  let inside: OutgoingCall | undefined;
  await expect
    .poll(
      async () => {
        inside = scene.dial('0');
        return inside.answered;
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe(true);
  await inside?.hangup();
  scene.stage.person(scene.number, (incoming) => incoming.reject(486));
  const call = await callIn(scene);
  await call.ended;
  expect((await toldById(scene.stage, await scene.stage.idOf(call))).call.disposition).toBe('busy');
}

/** The platform ended it, in time. */
async function expectReleased(phones: Readonly<Record<string, OutgoingCall | IncomingCall>>, how = 'bye') {
  for (const [name, phone] of Object.entries(phones))
    await expect
      .poll(() => phone.ending, { timeout: 15_000, message: `the phone ${name} is released` })
      .toMatchObject({ by: 'them', how });
}

for (const [process, word] of [
  ['ivr', 'restart'],
  ...(ownServers
    ? ([
        ['sip', 'restart'],
        ['media', 'media-lost'],
      ] as const)
    : []),
] as const satisfies readonly (readonly [ProcessName, string])[])
  call(`kill -9 of ${process}, at every state of a call`, { others: 5 }, async (scene) => {
    const { pin, rung, offer, talk, last } = await everyState(scene);
    const crashedMs = performance.now();
    await scene.stage.system.supervisor.crash(process);
    await expectReleased({
      ...{ pin: pin.inside, ringing: rung.inside, offering: offer.inside, talking: talk.inside },
      ...{ offered: offer.outside, talkingOutside: talk.outside },
    });
    // A CANCEL needs the branch of its INVITE (RFC 3261 §9.1), which died with the SIP server: that phone rings until its
    // carrier or its owner gives up, and an answer finds nobody.
    if (process === 'sip') rung.outside.reject(480);
    else await expectReleased({ rung: rung.outside }, 'cancel');

    // Whoever calls now does not wait until what was left is closed and stored.
    const [reports] = await Promise.all([
      Promise.all([pin, rung, offer, talk, last].map(({ id }) => settled(scene, id))),
      expectNewCalls(scene),
    ]);
    const [pinned, ringed, offered, talked, over] = reports.map((report) => tell(report));
    for (const told of [pinned, ringed, offered, talked]) {
      expect(told?.call).toMatchObject({ disposition: word, endedBy: 'system', q850: 41 });
      expect(told?.call.states.done?.getTime()).toBeGreaterThan(performance.timeOrigin + crashedMs - 1_000);
    }
    expect(Object.keys(pinned?.call.states ?? {}).sort()).toEqual(['done', 'offHook']);
    expect(Object.keys(ringed?.call.states ?? {}).sort()).toEqual(['done', 'offHook', 'policy', 'ringing']);
    expect(Object.keys(offered?.call.states ?? {})).toContain('greeting');
    expect(Object.keys(talked?.call.states ?? {})).toHaveLength(6);
    expect(talked?.call).toMatchObject({ acceptedKey: '1', language: 'en' });
    expect(talked?.call.acceptedAt).toBeInstanceOf(Date);
    expect(['talked', word]).toContain(over?.call.disposition);
    expect(over?.call.states.talking).toBeDefined();

    const [, , , talkReport, overReport] = reports;
    if (!talkReport || !overReport) throw new Error('no report');
    // Nothing that was said is lost but the last second.
    await expectRecorded(talkReport, (crashedMs - talk.bridgedMs) / 1_000 - 1, talk.said.pcm);
    if (process === 'media') expect(talkReport.recording?.finished?.repaired).toBe(true);
    await expectRecorded(overReport, 0);
  });

/** The dialogs that our own SIP server has, by Call-ID. */
async function dialogsOf({ stage }: Scene): Promise<string[]> {
  const port = stage.system.supervisor.ports('sip')['observe'] ?? 0;
  const dump = (await (await fetch(`http://127.0.0.1:${port}/dump`)).json()) as {
    state: { dialogs: { id: string }[] };
  };
  return dump.state.dialogs.map(({ id }) => id.split(';')[0] ?? '');
}

call(
  'kill -9 of ivr as a phone answers: it is hung up, though nobody took its answer',
  { others: 1 },
  async (scene) => {
    const { supervisor } = scene.stage.system;
    const [other = scene] = scene.others;
    for (const [player, moment] of [
      [scene, 'it rings'],
      [other, 'it is called'],
    ] as const) {
      // It stands still from one moment to the next, as it would in the moment of its death.
      const stand = () => process.kill(supervisor.pid('ivr') ?? 0, 'SIGSTOP');
      const incoming = new Promise<IncomingCall>((resolve) =>
        scene.stage.person(player.number, (one) => {
          if (moment === 'it is called') stand();
          resolve(one);
        }),
      );
      const inside = await callIn(player);
      const outside = await incoming;
      const id = await scene.stage.idOf(inside);
      if (moment === 'it rings') {
        outside.ring();
        await scene.stage.journals.wait(({ callId, kind }) => callId === id && kind === 'progress');
        stand();
      }
      const acknowledged = outside.answer();
      if (ownServers) await expect.poll(() => dialogsOf(scene), { timeout: 5_000 }).toContain(outside.callId);
      await supervisor.crash('ivr');
      expect(await acknowledged).toBe(true);
      await expectReleased({ inside, outside });
      expect(outside.ending?.reason).toContain('restart');
      expect((await settled(scene, id)).call).toMatchObject({ disposition: 'restart', endedBy: 'system', q850: 41 });
    }
    await expectNewCalls(scene);
  },
);

call('kill -9 of ivr as it answers a caller: the caller is hung up, and kept as a call', async (scene) => {
  const { supervisor, db } = scene.stage.system;
  const inside = scene.dial();
  expect(await inside.answered).toBe(true);
  await supervisor.crash('ivr');
  await expectReleased({ inside });
  // Perhaps nothing but its begin was written.
  const leg = await db.selectFrom('leg').select('callId').where('sipCallId', '=', inside.callId).executeTakeFirst();
  expect((await settled(scene, leg?.callId ?? '')).call).toMatchObject({ disposition: 'restart' });
});

call('kill -9 of jobs touches no call', { others: 5 }, async (scene) => {
  const { pin, rung, offer, talk, last } = await everyState(scene);
  await scene.stage.system.supervisor.crash('jobs');
  const said = babble({ ms: 700, seed: 4_002 });
  void talk.outside.speak(said);
  expect(await talk.inside.ear.waitFor(said)).toMatchObject({ complete: true });
  for (const phone of [pin.inside, rung.inside, offer.outside, talk.outside]) await phone.hangup();
  const [reports] = await Promise.all([
    Promise.all([pin, rung, offer, talk, last].map(({ id }) => settled(scene, id))),
    expectNewCalls(scene),
  ]);
  expect(reports.map((report) => report.call.disposition)).toEqual([
    ...['caller-hung-up', 'caller-cancelled', 'hung-up-in-offer', 'talked', 'talked'],
  ]);
  for (const report of reports.slice(3)) await expectRecorded(report, 0);
});

call(
  'kill -9 of our own PostgreSQL: talks go on, it is started again, ten seconds later calls are placed',
  { others: 1 },
  async (scene) => {
    const { inside, outside, callId } = await talking(scene);
    const cluster = join(await postgresFolder(scene.stage.system.config.VAR_FOLDER), 'data');
    const before = await readPidFile(cluster);
    if (!before) throw new Error('no PostgreSQL');
    process.kill(before.pid, 'SIGKILL');
    const killedMs = performance.now();
    await hearEachOther(inside, outside, 4_100);
    await expect.poll(async () => (await readPidFile(cluster))?.pid, { timeout: 10_000 }).not.toBe(before.pid);
    await scene.stage.pause(Math.max(0, 10_000 - (performance.now() - killedMs)));
    expect((await readPidFile(cluster))?.port).toBe(before.port);
    const [other] = scene.others;
    if (other) await expectNewCalls(other);
    await hearEachOther(inside, outside, 4_200);
    await outside.hangup();
    await inside.ended;
    const report = await settled(scene, callId);
    expect(report.call).toMatchObject({ disposition: 'talked', endedBy: 'outside' });
    await expectRecorded(report, 10);
  },
);

call('the limit holds when ivr has died', { site: 'brief' }, async (scene) => {
  const { inside, outside, callId } = await talking(scene);
  const bridgedMs = performance.now();
  let revive = () => {};
  const down = new Promise<void>((resolve) => (revive = resolve));
  const again = scene.stage.system.supervisor.crash('ivr', down);
  const phones = [inside, outside];
  const warned = await Promise.all(phones.map((phone) => hears(scene, phone, 'talk.warning-soon')));
  for (const { atMs } of warned) expect(Math.abs(atMs - bridgedMs - 8_000)).toBeLessThan(2_500);
  const told = await Promise.all(phones.map((phone) => hears(scene, phone, 'talk.limit')));
  for (const { atMs } of told) expect(Math.abs(atMs - bridgedMs - 12_000)).toBeLessThan(2_500);
  revive();
  await again;
  await expectReleased({ inside, outside });
  const report = await settled(scene, callId);
  expect(report.call).toMatchObject({ disposition: 'restart', endedBy: 'system' });
  await expectRecorded(report, 11);
});
