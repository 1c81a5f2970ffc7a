import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callReport, openCall } from '#db/calls.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { startTestDatabase } from '#db/testing.ts';
import { lookMs } from './desk/call-backs.ts';
import type { FamilyLineHouse } from './family-line/house.ts';
import { CallService } from './service.ts';
import { invite, request } from './testing/knock.ts';
import { turns } from './testing/moved-clock.ts';
import { pinPepper, playedPlatform, realm } from './testing/world.ts';

const database = await startTestDatabase();
const { db } = database;
beforeAll(() => seedDemo(db, { pinPepper, realm, now: new Date() }));
afterAll(() => database.stop());

const source = { address: '127.0.0.1', port: 5070 };

async function serving() {
  const played = playedPlatform(db);
  const service = await CallService.start(played.platform);
  /** A call from the trunk; resolves once it is answered or refused. */
  const call = async () => {
    const called = invite({ source });
    played.sip.call(called.incoming);
    await called.decided;
    await turns();
    return called;
  };
  const options = () => {
    const { incoming, said } = request({}, { method: 'OPTIONS' });
    played.sip.requests.get('options')?.(incoming);
    return said;
  };
  return { ...played, service, call, options };
}

describe('a process', () => {
  it('takes calls and registrations, and says that it lives', async () => {
    const { service, call, options, sip } = await serving();
    expect(options()).toEqual([{ status: 200, headers: {} }]);
    expect(service.callsInProgress).toBe(0);
    const { answers, dialog } = await call();
    expect(answers).toEqual(['our SDP']);
    expect([...sip.requests.keys()]).toEqual(['register', 'options']);
    expect(service.callsInProgress).toBe(1);
    dialog.hangUp();
    await service.drain(20);
    await turns();
    expect(service.callsInProgress).toBe(0);
  });

  it('takes no more calls than it carries, and says when to come again', async () => {
    const { service, call, counted, logged } = await serving();
    const [one, another, third] = [await call(), await call(), await call()];
    expect([one.said, another.said]).toEqual([[], []]);
    expect(third.said).toEqual([{ status: 503, headers: { 'Retry-After': '5', Reason: 'Q.850;cause=34' } }]);
    expect(counted.filter((what) => what.startsWith('shed'))).toEqual(['shed: calls']);
    expect(logged).toMatchObject([{ level: 'warn', fields: { from: source, why: 'calls', calls: 2 } }]);
    for (const { dialog } of [one, another]) dialog.hangUp();
    await service.drain(20);
    expect(third.answers).toEqual([]);
  });

  it('closes what its predecessor left before it takes anything', async () => {
    const id = randomUUID();
    const callerLeg = { sipCallId: 'left behind' };
    const at = { facilityId: 'valley-view', stationId: 'valley-view-trunk', node: 'ivr-test' };
    await openCall(db, { id, ...at, callerLeg, offHookAt: new Date() });
    await serving();
    expect((await callReport(db, id))?.call.disposition).toBe('restart');
  });
});

describe('a process that an operator drains', () => {
  it('takes no new call while those it has go on, and takes them again when it is told so', async () => {
    const { service, call, options, logged } = await serving();
    const { dialog } = await call();
    service.rest(true);
    service.rest(true);
    expect(service.takesCalls).toBe(false);
    expect((await call()).said).toEqual([{ status: 503, headers: { 'Retry-After': '5' } }]);
    expect(options()).toEqual([{ status: 503, headers: {} }]);
    expect([service.callsInProgress, dialog.byes]).toEqual([1, []]);
    service.rest(false);
    expect(options()).toEqual([{ status: 200, headers: {} }]);
    const again = await call();
    expect(again.answers).toEqual(['our SDP']);
    expect(logged.map(({ text }) => text)).toEqual(['takes no new calls', 'takes calls again']);
    for (const one of [dialog, again.dialog]) one.hangUp();
    await service.drain(20);
  });

  it('stays so when it stops', async () => {
    const { service } = await serving();
    await service.drain(20);
    service.rest(false);
    expect(service.takesCalls).toBe(false);
  });

  it('calls nobody back meanwhile', async () => {
    const played = playedPlatform(db);
    const familyLine = { number: '+18669490290', holdMusic: '/music.wav' } as FamilyLineHouse;
    const service = await CallService.start({ ...played.platform, familyLine });
    await played.clock.asked(lookMs);
    service.rest(true);
    await turns();
    expect(played.clock.waits).toEqual([]);
    const looks = played.clock.asked(lookMs);
    service.rest(false);
    await looks;
    await service.drain(20);
    service.rest(true);
    service.rest(false);
    await turns();
    expect(played.logged.filter(({ text }) => text === 'takes no new calls')).toHaveLength(1);
    expect(played.clock.waits).toEqual([]);
  });
});

describe('a process that stops', () => {
  it('takes no call any more, says so when it is asked, and is over when nothing runs', async () => {
    const { service, call, options, counted } = await serving();
    await service.drain(20);
    const { said, answers } = await call();
    expect([said, answers]).toEqual([[{ status: 503, headers: { 'Retry-After': '5' } }], []]);
    expect(options()).toEqual([{ status: 503, headers: {} }]);
    expect(counted).toEqual([]);
  });

  it('that leaves its calls takes none either', async () => {
    const { service, call, options } = await serving();
    await service.leave(1);
    expect((await call()).said).toMatchObject([{ status: 503 }]);
    expect(options()).toMatchObject([{ status: 503 }]);
  });
});
