import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cdr } from '#db/calls.ts';
import { callReport } from '#db/calls.ts';
import { saveSpokenName } from '#db/people.ts';
import { openDatabase } from '#db/connect.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import { readTrunks } from '#sip-proxy/trunks/trunk.ts';
import { authorization } from '#test-calls/phone/authorization.ts';
import type { FamilyLineHouse } from '../family-line/house.ts';
import type { Platform } from '../platform.ts';
import { invite } from '../testing/knock.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { pinPepper, playedPlatform, realm } from '../testing/world.ts';
import type { RunningCall } from './answer.ts';
import { answer } from './answer.ts';
import { Door } from './door.ts';

const database = await startTestDatabase();
const { db } = database;
let home1 = { username: '', password: '' };
beforeAll(async () => {
  const { homePhones } = await seedDemo(db, { pinPepper, realm, now: new Date() });
  home1 = homePhones[0] ?? home1;
  const name = { path: '/voices/alex.wav', sha256: 'a'.repeat(64), seconds: 1, approved: true, at: new Date() };
  await saveSpokenName(db, 'demo-alex', name);
});
afterAll(() => database.stop());

const trunk = { address: '127.0.0.1', port: 5070 };

/** What becomes of a call from the facility's trunk. */
async function answering(
  changes: Partial<IncomingCall> = {},
  on: Partial<Platform> = {},
  prepare: (played: ReturnType<typeof playedPlatform>) => unknown = () => undefined,
) {
  const played = playedPlatform(db);
  prepare(played);
  const call = invite({ source: trunk, ...changes });
  const platform = { ...played.platform, ...on };
  let running: RunningCall | undefined;
  await answer(call.incoming, new Door(platform), platform, (taken) => (running = taken));
  return { ...played, ...call, running, cdr: () => cdrOf(call.incoming.callId) };
}

async function cdrOf(sipCallId: string) {
  const leg = await db.selectFrom('leg').select('callId').where('sipCallId', '=', sipCallId).executeTakeFirst();
  return leg && (await callReport(db, leg.callId))?.call;
}

/** Ends it, and gives its CDR. */
async function over({ dialog, running }: Awaited<ReturnType<typeof answering>>): Promise<Cdr | undefined> {
  dialog.hangUp();
  await running?.done;
  await running?.record.settled();
  return running && (await callReport(db, running.id))?.call;
}

describe('a call from inside', () => {
  it('is answered with our media, runs, and is counted from its begin to its end', async () => {
    const call = await answering();
    expect([call.answers, call.said, call.counted]).toEqual([['our SDP'], [], ['began']]);
    // The database takes its own time, whatever the clock shows.
    await call.running?.record.settled();
    await call.clock.move(7_000);
    expect(call.media.endpoints[0]?.playing.path).toContain('language.choose');
    const cdr = await over(call);
    expect(call.counted).toEqual(['began', 'caller-hung-up after 7 s']);
    expect(cdr).toMatchObject({
      ...{ id: call.running?.id, facilityId: 'valley-view', stationId: 'valley-view-trunk', node: 'ivr-test' },
      disposition: 'caller-hung-up',
    });
    const leg = await db
      .selectFrom('leg')
      .selectAll()
      .where('callId', '=', cdr?.id ?? '')
      .executeTakeFirst();
    expect(leg).toMatchObject({ side: 'inside', dialogId: 'dialog-1', endpointUuid: 'endpoint 1' });
  });

  it.each([
    ['sip:2135550142@homeline', 'calling', '+12135550142'],
    ['sips:%2B12135550142@homeline', 'calling', '+12135550142'],
    ['sip:%E0%A4@homeline', 'refusal.invalid-number', undefined],
    ['sip:homeline@homeline', 'number.ask', undefined],
    ['sip:0@homeline;user=phone', 'number.ask', undefined],
    ['sip:homeline', 'number.ask', undefined],
  ])('to %s leads to %s once it is known who calls', async (requestUri, key, number) => {
    const endpoint = new PlayedEndpoint();
    endpoint.quick = true;
    const led = endpoint.begins(key);
    const call = await answering({ requestUri }, {}, ({ media }) => media.ready.push(endpoint));
    endpoint.press('1', ...'4821#');
    await led;
    expect((await over(call))?.number).toBe(number);
  });

  it.each([
    ['488 without an offer', { sdp: '' }, 488, {}],
    ['407 from a stranger', { source: { address: '198.51.100.9', port: 5060 } }, 407, expect.anything()],
  ])('is refused: %s', async (_why, changes, status, headers) => {
    const { said, counted, answers, running, logged } = await answering(changes);
    expect(said).toEqual([{ status, headers: headers as Record<string, string> }]);
    expect([counted, answers, running, logged]).toEqual([[`refused ${status}`], [], undefined, []]);
  });

  it('whose credentials make no sense is noted as refused at the door', async () => {
    const source = { address: '198.51.100.9', port: 5060 };
    const header = () => 'Digest nonsense';
    const { said, logged } = await answering({ source, header });
    expect(said).toEqual([{ status: 400, headers: {} }]);
    expect(logged).toMatchObject([{ level: 'warn', fields: { from: source, status: 400 } }]);
  });

  it.each([
    { status: 488, disposition: 'no-codec', refusal: Object.assign(new Error('no codec'), { status: 488 }) },
    { status: 503, disposition: 'media-lost', refusal: new Error('no media server') },
  ])('for which there is no media is refused with $status, and kept as $disposition', async (expected) => {
    const { status, disposition, refusal } = expected;
    const call = await answering({}, {}, ({ media }) => (media.refusal = refusal));
    expect(call.said).toEqual([{ status, headers: status === 503 ? { 'Retry-After': '5' } : {} }]);
    expect([call.counted, call.running]).toEqual([[`refused ${status}`], undefined]);
    await expect.poll(call.cdr).toMatchObject({ disposition, sipStatus: status, cause: `SIP ${status}` });
  });

  it('is written down before it is answered, so that whoever starts after a crash can hang it up', async () => {
    const call = invite({ source: trunk });
    const played = playedPlatform(db);
    let before: unknown;
    call.incoming.answer = async () => {
      before = await db.selectFrom('leg').selectAll().where('sipCallId', '=', call.incoming.callId).executeTakeFirst();
      return call.dialog;
    };
    let running: RunningCall | undefined;
    await answer(call.incoming, new Door(played.platform), played.platform, (taken) => (running = taken));
    const { dialogId } = call.incoming;
    expect(before).toMatchObject({ side: 'inside', dialogId, endpointUuid: 'endpoint 1', remoteTag: null });
    call.dialog.hangUp();
    await running?.done;
    await running?.record.settled();
    const after = db.selectFrom('leg').selectAll().where('sipCallId', '=', call.incoming.callId).execute();
    expect(await after).toMatchObject([{ dialogId: 'dialog-1', remoteTag: 'theirs' }]);
  });

  it('that cannot be answered is kept as a fault, and refused', async () => {
    const call = await answering({ answer: () => Promise.reject(new Error('no such transaction')) });
    expect(call.said).toEqual([{ status: 500, headers: {} }]);
    expect(call.media.endpoints[0]?.told).toEqual(['end']);
    await expect.poll(call.cdr).toMatchObject({ disposition: 'fault', sipStatus: 500 });
  });

  it('that is cancelled as it is answered is kept as such, and its endpoint ended', async () => {
    const call = invite({ source: trunk });
    const played = playedPlatform(db);
    call.incoming.answer = async () => {
      call.cancel();
      throw new Error('487');
    };
    await answer(call.incoming, new Door(played.platform), played.platform, () => undefined);
    expect([call.said, played.counted, played.logged]).toEqual([[], [], []]);
    expect(played.media.endpoints[0]?.told).toEqual(['end']);
    await expect
      .poll(() => cdrOf(call.incoming.callId))
      .toMatchObject({ disposition: 'caller-hung-up', sipStatus: 487 });
  });

  it('that is cancelled while there is no media for it is refused no more', async () => {
    const call = invite({ source: trunk });
    const played = playedPlatform(db);
    played.media.endpointFor = async () => {
      call.cancel();
      throw new Error('no media server');
    };
    await answer(call.incoming, new Door(played.platform), played.platform, () => undefined);
    expect([call.said, played.counted]).toEqual([[], ['refused 503']]);
  });

  it('that was cancelled while we looked who calls is not answered, nor refused', async () => {
    const call = invite({ source: trunk });
    call.cancel();
    const played = playedPlatform(db);
    await answer(call.incoming, new Door(played.platform), played.platform, () => undefined);
    expect([call.said, call.answers, played.media.endpoints]).toEqual([[], [], []]);
  });

  it('that cannot be answered for another reason is a fault of ours', async () => {
    const answer = () => Promise.reject(new Error('a mistake'));
    const { said, media, logged } = await answering({ answer });
    expect(said).toEqual([{ status: 500, headers: {} }]);
    expect(media.endpoints[0]?.told).toEqual(['end']);
    expect(logged).toMatchObject([{ level: 'error', text: 'a call could not be answered' }]);
  });

  it('while the database is away is to come again in ten seconds', async () => {
    const away = openDatabase('postgres://127.0.0.1:1/nowhere', { connectMs: 500 });
    const { said } = await answering({}, { db: away });
    await away.destroy();
    expect(said).toEqual([{ status: 503, headers: { 'Retry-After': '10' } }]);
  });
});

/** What becomes of a call from a family's phone that knows its password. */
async function fromHome(requestUri: string, changes: Partial<IncomingCall> = {}) {
  const played = playedPlatform(db);
  const endpoint = new PlayedEndpoint();
  played.media.ready.push(endpoint);
  const greeted = endpoint.begins();
  const familyLine = { number: '+18669490290', deposits: { now: () => new Date() } } as unknown as FamilyLineHouse;
  const platform = { ...played.platform, familyLine };
  const door = new Door(platform);
  const known = authorization(door.challenge(false), { method: 'INVITE', uri: requestUri }, home1);
  const headers = known === undefined ? {} : { 'Proxy-Authorization': known };
  const call = invite({ requestUri, ...changes }, headers);
  let running: RunningCall | undefined;
  await answer(call.incoming, door, platform, (taken) => (running = taken));
  return { ...played, ...call, running, greeted };
}

describe('a call from a phone at home', () => {
  it('is answered when it is for the line of families', async () => {
    const { said, answers, running, greeted, dialog } = await fromHome('sip:8669490290@homeline');
    await greeted;
    expect([said, answers.length]).toEqual([[], 1]);
    dialog.hangUp();
    await running?.done;
  });

  it('is refused when it is for anybody else, or without an offer', async () => {
    const elsewhere = await fromHome('sip:+12135550150@homeline');
    const silent = await fromHome('sip:8669490290@homeline', { sdp: '' });
    expect([elsewhere.said, silent.said]).toEqual([[{ status: 403, headers: {} }], [{ status: 488, headers: {} }]]);
    expect([elsewhere.answers, silent.answers]).toEqual([[], []]);
  });
});

describe('a call to the 866 line', () => {
  it.each([
    [488, Object.assign(new Error('no codec'), { status: 488 })],
    [503, new Error('no media server')],
  ])('for which there is no media is refused with %i', async (status, refusal) => {
    const trunks = readTrunks('[{"name": "carrier", "host": "192.0.2.7"}]');
    const played = playedPlatform(db, { trunks });
    played.media.refusal = refusal;
    const familyLine = { number: '+18669490290' } as FamilyLineHouse;
    const call = invite({ source: { address: '192.0.2.7', port: 5060 }, requestUri: 'sip:+18669490290@homeline' });
    const platform = { ...played.platform, familyLine };
    await answer(call.incoming, new Door(platform), platform, () => expect.unreachable());
    expect(call.said).toEqual([{ status, headers: status === 503 ? { 'Retry-After': '5' } : {} }]);
    expect(played.logged).toMatchObject([{ level: 'warn', fields: { status } }]);
  });
});
