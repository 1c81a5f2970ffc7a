import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { callReport, closeCall, openCallsOf } from '#db/calls.ts';
import { findPersonByPin, pinDigest, saveSpokenName } from '#db/people.ts';
import { findRecording } from '#db/recordings.ts';
import { saveRegistration } from '#db/registrations.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import { typed } from '#flows/testing/typed.ts';
import { MediaServerUnavailable } from '#media/endpoint.ts';
import { writeSound } from '#media/prompts/sound.ts';
import { readTrunks } from '#sip-proxy/trunks/trunk.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { turns } from '../testing/moved-clock.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import type { Network } from '../testing/played-servers.ts';
import { failed, patient, rings } from '../testing/played-servers.ts';
import { silentPrompts } from '../testing/prompts.ts';
import { answeredCall, pinPepper, playedPlatform, realm } from '../testing/world.ts';
import { conclusion } from './conclusion.ts';
import { HomeDesk } from './home-desk.ts';

const database = await startTestDatabase();
const { db } = database;
const folder = await mkdtemp(join(tmpdir(), 'homeline-desk-'));
const name = join(folder, 'name.wav');
beforeAll(async () => {
  await seedDemo(db, { pinPepper, realm, now: new Date() });
  await writeFile(name, writeSound({ rate: 8000, samples: new Float32Array(4000) }));
});
afterEach(async () => {
  for (const { id } of await openCallsOf(db, { node: 'ivr-test' }))
    await closeCall(db, id, { disposition: 'restart', endedBy: 'system', cause: 'the test is over', states: {} });
});
afterAll(async () => {
  await database.stop();
  await rm(folder, { recursive: true });
});

const trunks = readTrunks('[{"name": "carrier", "host": "192.0.2.1"}]');

async function atDesk(options: Parameters<typeof answeredCall>[1] = {}, ...network: Network[]) {
  const call = await answeredCall(playedPlatform(db, { trunks }), options);
  call.sip.network.push(...network);
  const { leg, record, clock } = call;
  const line = new SpokenLine({ ...silentPrompts, leg, record, clock, language: 'en', voiceFolder: '/spool/voices' });
  return { ...call, desk: new HomeDesk(call.parts, line) };
}

describe('a PIN', () => {
  it('tells who calls, once it is of this facility', async () => {
    const { desk, record } = await atDesk();
    expect(await desk.identify(typed('0000'))).toBe('unknown');
    expect(await desk.identify(typed('5577'))).toBe('unknown');
    expect(await desk.identify(typed('1964'))).toEqual({ needsName: true, language: 'es' });
    await record.settled();
    const { call, events } = (await callReport(db, record.callId)) ?? {};
    expect(call?.personId).toBe('demo-luz');
    expect(events?.map(({ data }) => data)).toEqual([{ person: 'demo-luz', name: 'Luz Moreno' }]);
    expect(JSON.stringify(events)).not.toMatch(/0000|5577|1964/);
  });

  it('of somebody who is in a call is told so, and who that is stays with the first', async () => {
    const first = await atDesk();
    await first.desk.identify(typed('4821'));
    const second = await atDesk();
    expect(await second.desk.identify(typed('4821'))).toBe('busy');
    expect(second.desk.concluded?.disposition).toBe('person-busy');
    expect((await callReport(db, second.record.callId))?.call.personId).toBeUndefined();
  });
});

describe('a spoken name', () => {
  it.each([
    { recordNames: 'approved-by-default', approved: true },
    { recordNames: 'reviewed', approved: false },
  ] as const)('is kept, and used at once where names are $recordNames', async ({ recordNames, approved }) => {
    const path = join(folder, `${recordNames}.wav`);
    await writeFile(path, writeSound({ rate: 8000, samples: new Float32Array(8000) }));
    const dialog = new PlayedDialog();
    const { clock, desk, media } = await atDesk({ facility: { recordNames } }, rings({ kind: 'answered', dialog }));
    await desk.identify(typed('7350'));
    await desk.keepName({ path, seconds: 1 });
    const person = await findPersonByPin(db, 'valley-view', pinDigest(pinPepper, 'valley-view', '7350'));
    expect(person?.spokenName).toEqual({ path: join(folder, 'approved-by-default.wav'), approved: true });
    const row = await db.selectFrom('spokenName').selectAll().where('path', '=', path).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ personId: 'demo-jordan', approved, seconds: 1, recordedAt: clock.now() });
    expect(row.sha256).toMatch(/^[\da-f]{64}$/);
    await desk.mayCall('2135550142');
    const outside = new PlayedEndpoint();
    media.ready.push(outside);
    const offer = outside.begins();
    const connected = desk.connect();
    expect((await offer).path.split('+').includes(path)).toBe(approved);
    dialog.hangUp();
    await connected;
  });

  it('that waits for its review announces no call, and is not asked for again', async () => {
    const saved = { path: name, sha256: 'a'.repeat(64), seconds: 0.5, approved: false, at: new Date() };
    await saveSpokenName(db, 'demo-luz', saved);
    const dialog = new PlayedDialog();
    const { desk, media } = await atDesk({}, rings({ kind: 'answered', dialog }));
    const outside = new PlayedEndpoint();
    media.ready.push(outside);
    const offer = outside.begins();
    expect(await desk.identify(typed('1964'))).toEqual({ needsName: false, language: 'es' });
    await desk.mayCall('2135550142');
    const connected = desk.connect();
    expect((await offer).path.split('+')).not.toContain(name);
    dialog.hangUp();
    await connected;
  });

  it('that cannot be read keeps nobody from calling', async () => {
    const path = join(folder, 'lost.wav');
    const saved = { path, sha256: 'a'.repeat(64), seconds: 1, approved: true, at: new Date() };
    await saveSpokenName(db, 'demo-alex', saved);
    const { desk, logged } = await atDesk();
    expect(await desk.identify(typed('4821'))).toEqual({ needsName: false, language: 'en' });
    expect(logged).toMatchObject([{ level: 'error', fields: { path } }]);
  });
});

describe('a conclusion', () => {
  it('is that of the policy, and the first one stands', async () => {
    const { desk } = await atDesk();
    await desk.identify(typed('4821'));
    expect(await desk.mayCall('911')).toBe('refusal.denied-number');
    await desk.giveUp('no-number');
    desk.concludeOnce(conclusion('fault'));
    expect(desk.concluded).toEqual(conclusion('denied-number'));
  });

  it.each(['pin-failed', 'no-number'] as const)('is %s when the flow gives up', async (why) => {
    const { desk } = await atDesk();
    await desk.giveUp(why);
    expect(desk.concluded).toEqual(conclusion(why));
  });
});

/** A phone that rings until it is cancelled, and when it began. */
function ringing() {
  let begin = (): void => undefined;
  const rang = new Promise<void>((resolve) => (begin = resolve));
  const network: Network = (dialling) => {
    begin();
    return patient(dialling);
  };
  return { network, rang };
}

describe('connecting', () => {
  /** Everything up to the ringing. */
  const connecting = async (...network: Network[]) => {
    const call = await atDesk({}, ...network);
    await call.desk.identify(typed('4821'));
    await call.desk.mayCall('2135550142');
    const outside = new PlayedEndpoint('endpoint outside');
    outside.quick = true;
    call.media.ready.push(outside);
    const offer = outside.begins();
    const noticeOver = call.clock.asked(0);
    return { ...call, outside, offer, noticeOver, result: call.desk.connect() };
  };

  it('needs a number that may be called, and somebody who calls', async () => {
    const { desk } = await atDesk();
    await expect(desk.mayCall('2135550142')).rejects.toThrow('nobody is identified');
    await expect(desk.connect()).rejects.toThrow('no number');
  });

  it('intends a recording before anything rings', async () => {
    let intended: unknown;
    const { record, result } = await connecting(async () => {
      intended = await findRecording(db, record.callId);
      return failed(486);
    });
    expect(await result).toBe('outcome.busy');
    expect(intended).toMatchObject({
      state: 'intended',
      channels: 2,
      spoolPath: `/spool/recordings/${record.callId}.wav`,
    });
  });

  it('tells how it ended outside, by status and cause', async () => {
    const { desk, endpoint, result, record } = await connecting(rings(failed(480, 31), 180));
    expect(await result).toBe('outcome.no-answer');
    expect(endpoint.ringing?.stopped).toBe(true);
    expect(desk.concluded).toEqual({ disposition: 'no-answer', endedBy: 'outside', q850: 31, sipStatus: 480 });
    expect(Object.keys(record.states)).toEqual(['policy', 'ringing']);
  });

  it('rings a registered phone where it is, as long as it is registered', async () => {
    const number = '+12135550142';
    const call = await atDesk({}, rings(failed(486)), rings(failed(486)));
    const binding = { username: 'home1', number, contact: 'sip:home1@10.0.0.5' };
    const source = { address: '127.0.0.1', port: 4000 };
    const expiresAt = new Date(call.clock.now().getTime() + 60_000);
    await saveRegistration(db, { ...binding, source, expiresAt }, { callId: 'r', cseq: 1 }, call.clock.now());
    await call.desk.identify(typed('4821'));
    await call.desk.mayCall('2135550142');
    await call.desk.connect();
    await call.clock.move(60_000);
    await call.desk.connect();
    expect(call.sip.dialled).toMatchObject([
      { uri: binding.contact, via: 'sip:127.0.0.1:4000;transport=udp' },
      { uri: 'sip:+12135550142@192.0.2.1:5060;user=phone;transport=udp' },
    ]);
  });

  it('is cancelled when the caller leaves, and nobody is told anything', async () => {
    const { network, rang } = ringing();
    const { desk, dialog, result } = await connecting(network);
    await rang;
    dialog.hangUp();
    expect(await result).toBeUndefined();
    expect(desk.concluded?.disposition).toBe('caller-cancelled');
  });

  it('that the media server cuts off is no hang-up', async () => {
    const { network, rang } = ringing();
    const { desk, endpoint, result } = await connecting(network);
    await rang;
    endpoint.vanish('closed');
    await result;
    expect(desk.concluded?.disposition).toBe('media-lost');
  });

  it('keeps what a successor needs to end it: before it rings, once it does, and when it is answered', async () => {
    const outside = (callId: string) =>
      db.selectFrom('leg').selectAll().where('callId', '=', callId).where('side', '=', 'outside').execute();
    let beforeItRang: unknown;
    let dialog: PlayedDialog | undefined;
    const call: Awaited<ReturnType<typeof connecting>> = await connecting(async ({ plan, onSent }) => {
      beforeItRang = await outside(call.record.callId);
      onSent?.({ callId: plan.callId, transactionId: 'invite-1' });
      dialog = new PlayedDialog(plan);
      return { kind: 'answered', dialog };
    });
    await call.offer;
    await call.record.settled();
    const { callId: sipCallId, localTag, dialogId } = call.sip.dialled[0]?.plan ?? {};
    const planned = { sipCallId, localTag, dialogId, endpointUuid: 'endpoint outside' };
    expect(beforeItRang).toMatchObject([{ ...planned, transactionId: null, remoteTag: null }]);
    expect(await outside(call.record.callId)).toMatchObject([
      { ...planned, transactionId: 'invite-1', remoteTag: 'theirs' },
    ]);
    dialog?.hangUp();
    expect(await call.result).toBe('outcome.no-answer');
    expect(call.desk.concluded?.disposition).toBe('hung-up-in-offer');
  });

  it('does not ring before that is durable', async () => {
    const { record, sip, result } = await connecting(rings(failed(486)));
    const note = record.note.bind(record);
    let write = (): void => undefined;
    const written = new Promise<void>((resolve) => (write = resolve));
    const held = new Promise<void>((resolve) => {
      record.note = async (one) => {
        resolve();
        await written;
        return note(one);
      };
    });
    await held;
    await turns();
    expect(sip.dialled).toEqual([]);
    write();
    expect(await result).toBe('outcome.busy');
    expect(sip.dialled).toHaveLength(1);
  });

  it('that is refused ends the outside leg, and sounds inside as if nobody had picked up', async () => {
    const dialog = new PlayedDialog();
    const { desk, offer, outside, result, record } = await connecting(rings({ kind: 'answered', dialog }));
    await offer;
    outside.press('2');
    expect(await result).toBe('outcome.no-answer');
    expect([desk.concluded?.disposition, dialog.byes]).toEqual(['refused', [16]]);
    expect([Object.keys(record.states), desk.acceptance]).toEqual([['policy', 'ringing', 'greeting'], {}]);
  });

  it('that meets a fault leaves nobody on the line once it is cleared up', async () => {
    const dialog = new PlayedDialog();
    const { desk, outside, result } = await connecting(rings({ kind: 'answered', dialog }));
    outside.play = () => {
      throw new Error('no sound');
    };
    await expect(result).rejects.toThrow('no sound');
    await desk.clearUp();
    expect([dialog.byes, outside.told.at(-1)]).toEqual([[16], 'end']);
  });

  /** Whoever answers accepts. */
  const accepting = async (dialog: PlayedDialog, prepare: (endpoint: PlayedEndpoint) => void = () => undefined) => {
    const call = await connecting(rings({ kind: 'answered', dialog }));
    prepare(call.endpoint);
    const bridged = new Promise<unknown>((resolve) => (call.endpoint.bridge = async (other) => resolve(other)));
    await call.noticeOver;
    const menu = call.outside.begins();
    await call.clock.move(0);
    await menu;
    call.outside.press('1');
    return { ...call, bridged };
  };

  it.each(['inside', 'outside'] as const)('that is accepted is a talk, until the %s hangs up', async (side) => {
    const far = new PlayedDialog();
    const { desk, dialog, endpoint, outside, bridged, result, record } = await accepting(far);
    expect(await bridged).toBe(outside);
    expect([desk.acceptance.acceptedKey, endpoint.ringing?.stopped]).toEqual(['1', true]);
    expect(endpoint.told.filter((told) => told.startsWith('record'))).toEqual([
      `record the call to /spool/recordings/${record.callId}.wav`,
    ]);
    (side === 'inside' ? dialog : far).hangUp();
    expect(await result).toBe('outcome.ended');
    expect(desk.concluded).toEqual(conclusion('talked', { endedBy: side }));
    expect(Object.keys(record.states)).toEqual(['policy', 'ringing', 'greeting', 'talking']);
    expect(far.byes).toContain(16);
    expect(outside.playing.path).toBe('/en/offer.accepted.wav');
  });

  it('that cannot be recorded is told to both, and ended', async () => {
    const far = new PlayedDialog();
    const { desk, outside, result } = await accepting(far, (endpoint) => {
      endpoint.recordingRefusal = new MediaServerUnavailable('no disk');
    });
    expect(await result).toBe('outcome.unavailable');
    expect(outside.playing.path).toBe('/en/outcome.unavailable.wav');
    expect([desk.concluded?.disposition, far.byes]).toEqual(['recording-failed', [16]]);
  });
});
