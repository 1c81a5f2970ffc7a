import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NearDialog } from './testing/application.ts';
import { Inbox } from './testing/inbox.ts';
import { sdp, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

let stage: Stage;
let phone: Phone;
let srf: Srf;
let calls: Inbox<{ req: SrfRequest; res: SrfResponse }>;

beforeEach(async () => {
  stage = await Stage.open();
  phone = await stage.phone();
  calls = new Inbox();
  srf = new Srf();
  (srf as unknown as { invite(take: (req: SrfRequest, res: SrfResponse) => void): void }).invite((req, res) =>
    calls.push({ req, res }),
  );
  await stage.connect(srf);
  await soon(() => stage.server.dump().routes).toHaveProperty('invite');
});
afterEach(() => stage.close());

/** A call in that asks for a session timer. */
const callIn = async (headers: Record<string, string>, answer: Record<string, string> = {}) => {
  const asked = phone.ask('INVITE', headers, sdp(4000));
  const { req, res } = await calls.next();
  const near = (await srf.createUAS(req, res, { localSdp: sdp(5000), headers: answer })) as unknown as NearDialog;
  const ok = await asked.response(200);
  const acked = once(near, 'ack');
  const far = phone.acknowledge(asked, ok);
  await acked;
  return { near, far, ok };
};
/** A call out whose answer speaks of a session timer. */
const callOut = async (headers: Record<string, string>) => {
  const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
  const far = phone.accept(await phone.request('INVITE'), sdp(4000), headers);
  const [near] = await Promise.all([calling, phone.ack()]);
  return { near: near as unknown as NearDialog, far };
};
const reinvite = { 'Content-Type': 'application/sdp' };

/** The phone does not refresh: the call ends when `seconds` are over, and not before. */
const expires = async (near: NearDialog, seconds: number): Promise<void> => {
  const over = once(near, 'destroy');
  stage.clock.advance(seconds * 1000 - 1);
  expect(stage.server.dump().dialogs).toHaveLength(1);
  stage.clock.advance(1);
  const { tx, request } = await phone.request('BYE');
  expect(request.get('reason')).toBe('SIP;cause=200;text="Session timer expired"');
  tx.reply(200);
  expect((await over)[1]).toBe('Session timer expired');
  await soon(() => stage.server.metrics().received['BYE 200']).toBe(1);
  expect(stage.leftovers()).toEqual(nothing);
};

describe('a phone that refreshes', () => {
  it('and stops doing so has its call ended', async () => {
    const { near, ok } = await callIn({ 'Session-Expires': '120;refresher=uac', Supported: 'timer' });
    expect([ok.get('session-expires'), ok.get('require')]).toEqual(['120;refresher=uac', 'timer']);
    await expires(near, 120);
  });

  it('has its time from the last refresh', async () => {
    const { near, far } = await callIn({ 'Session-Expires': '120;refresher=uac' });
    stage.clock.advance(100_000);
    const again = phone.send(
      far.request('INVITE', { headers: { ...reinvite, 'Session-Expires': '90' }, body: sdp(4000) }),
    );
    const ok = await again.response(200);
    expect([ok.get('session-expires'), ok.get('require')]).toEqual(['90;refresher=uac', undefined]);
    phone.acknowledge(again, ok);
    await soon(() => stage.server.dump().dialogs[0]?.waitingForAck).toBe(false);
    await expires(near, 90);
  });

  it('as the application wants it', async () => {
    const { near, ok } = await callIn({}, { 'Session-Expires': '180;refresher=uac' });
    expect(ok.get('session-expires')).toBe('180;refresher=uac');
    await expires(near, 180);
  });

  it('when called', async () => {
    const { near } = await callOut({ 'Session-Expires': '100;refresher=uas' });
    await expires(near, 100);
  });

  it('takes its timer along when it hangs up', async () => {
    const { far } = await callIn({ 'Session-Expires': '120;refresher=uac' });
    await phone.send(far.request('BYE')).response(200);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('and says no more of a timer has none', async () => {
    const { far } = await callIn({ 'Session-Expires': '120;refresher=uac' });
    const again = phone.send(far.request('INVITE', { headers: reinvite, body: sdp(4000) }));
    phone.acknowledge(again, await again.response(200));
    await soon(() => stage.server.dump().dialogs[0]?.waitingForAck).toBe(false);
    stage.clock.advance(1_000_000);
    expect(stage.server.dump().dialogs).toHaveLength(1);
  });

  it('finds the timer mentioned in our own INVITE, so that it goes on', async () => {
    const { near } = await callOut({ 'Session-Expires': '100;refresher=uas' });
    stage.clock.advance(90_000);
    const modifying = near.modify(sdp(5002));
    const again = await phone.request('INVITE');
    expect([again.request.get('session-expires'), again.request.get('min-se')]).toEqual(['100;refresher=uas', '90']);
    phone.accept(again, sdp(4000), { 'Session-Expires': '100;refresher=uas' });
    await Promise.all([modifying, phone.ack()]);
    await expires(near, 100);
  });
});

describe('a phone that does not say who refreshes', () => {
  it('gets no timer when it calls', async () => {
    const { ok } = await callIn({ 'Session-Expires': '120' });
    expect(ok.has('session-expires')).toBe(false);
    stage.clock.advance(1_000_000);
    expect(stage.server.dump().dialogs).toHaveLength(1);
  });

  it('leaves it to us when it is called', async () => {
    await callOut({ 'Session-Expires': '100' });
    stage.clock.advance(50_000);
    expect((await phone.request('INVITE')).request.get('session-expires')).toBe('100;refresher=uac');
  });
});

describe('we refresh', () => {
  it('at half the time with the SDP we had, and the application hears nothing', async () => {
    const { near, ok } = await callIn({ 'Session-Expires': '120;refresher=uas' });
    expect(ok.get('session-expires')).toBe('120;refresher=uas');
    near.on('modify', () => expect.unreachable());
    stage.clock.advance(59_999);
    expect(stage.server.metrics().sent).not.toHaveProperty('INVITE');
    stage.clock.advance(1);
    const offered = await phone.request('INVITE');
    expect([
      offered.request.body.toString(),
      offered.request.get('session-expires'),
      offered.request.get('contact'),
    ]).toEqual([sdp(5000), '120;refresher=uac', `<sip:127.0.0.1:${stage.server.sipPort}>`]);
    phone.accept(offered, sdp(4000), { 'Session-Expires': '120;refresher=uac' });
    expect((await phone.ack()).cseq.number).toBe(offered.request.cseq.number);
    stage.clock.advance(60_000);
    (await phone.request('INVITE')).tx.reply(491);
    await soon(() => stage.server.metrics().received['INVITE 491']).toBe(1);
    // Long before the phone would take the session for expired, 32 s before its end (RFC 4028 §10).
    stage.clock.advance(2_099);
    expect(stage.server.metrics().sent['INVITE']).toBe(2);
    stage.clock.advance(1_901);
    expect(stage.server.metrics().sent['INVITE']).toBe(3);
    await phone.request('INVITE');
    expect(stage.server.dump().dialogs).toHaveLength(1);
  });

  it('and end the call when the phone does not know it any more', async () => {
    const { near } = await callOut({ 'Session-Expires': '100;refresher=uac' });
    const over = once(near, 'destroy');
    stage.clock.advance(50_000);
    (await phone.request('INVITE')).tx.reply(481);
    (await phone.request('BYE')).tx.reply(481);
    expect((await over)[1]).toBe('Session timer expired');
    await soon(() => stage.server.metrics().received['BYE 481']).toBe(1);
    expect(stage.leftovers()).toEqual(nothing);
  });
});

describe('what both sides agree on', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string, number]>([
    [
      'is not longer than was asked for',
      { 'Session-Expires': '300' },
      { 'Session-Expires': '600;refresher=uac' },
      'uac',
      300,
    ],
    [
      'is not shorter than somebody on the way takes',
      { 'Session-Expires': '600', 'Min-SE': '200' },
      { 'Session-Expires': '100;refresher=uac' },
      'uac',
      200,
    ],
    ['is not shorter than we take', {}, { 'Session-Expires': '10' }, 'uac', 90],
    [
      'has the refresher that the caller named',
      { 'Session-Expires': '300;refresher=uac' },
      { 'Session-Expires': '300;refresher=uas' },
      'uac',
      300,
    ],
  ])('%s', async (_what, headers, answer, refresher, seconds) => {
    const { near, ok } = await callIn(headers, answer);
    expect(ok.get('session-expires')).toBe(`${seconds};refresher=${refresher}`);
    await expires(near, seconds);
  });

  it.each<[string, 'uac' | 'uas', string, string]>([
    ['the caller, as the settings say', 'uac', 'timer', '120;refresher=uac'],
    ['us, as the settings say', 'uas', 'timer', '120;refresher=uas'],
    ['us, when the caller does not know how', 'uac', 'replaces', '120;refresher=uas'],
  ])('leaves it to %s', async (_what, defaultRefresher, supported, expected) => {
    await stage.close();
    stage = await Stage.open({ defaultRefresher });
    phone = await stage.phone();
    srf = new Srf();
    (srf as unknown as { invite(take: (req: SrfRequest, res: SrfResponse) => void): void }).invite((req, res) =>
      calls.push({ req, res }),
    );
    await stage.connect(srf);
    await soon(() => stage.server.dump().routes).toHaveProperty('invite');
    const { ok } = await callIn({ 'Session-Expires': '120', Supported: supported });
    expect(ok.get('session-expires')).toBe(expected);
  });

  it('is longer when somebody on the way wants it so (422)', async () => {
    await callOut({ 'Session-Expires': '100;refresher=uac' });
    stage.clock.advance(50_000);
    (await phone.request('INVITE')).tx.reply(422, { headers: { 'Min-SE': '300' } });
    const longer = await phone.request('INVITE');
    expect([longer.request.get('session-expires'), longer.request.get('min-se')]).toEqual(['300;refresher=uac', '300']);
    phone.accept(longer, sdp(4000), { 'Session-Expires': '300;refresher=uac' });
    await phone.ack();
    stage.clock.advance(150_000);
    expect((await phone.request('INVITE')).request.get('session-expires')).toBe('300;refresher=uac');
  });

  it('has an end when it is never long enough', async () => {
    const { near } = await callOut({ 'Session-Expires': '100;refresher=uac' });
    const over = once(near, 'destroy');
    stage.clock.advance(50_000);
    (await phone.request('INVITE')).tx.reply(422, { headers: { 'Min-SE': '100' } });
    await phone.request('BYE');
    await over;
  });
});

describe('too short a session', () => {
  it('is refused with the shortest we take', async () => {
    const refused = await phone.ask('INVITE', { 'Session-Expires': '89;refresher=uac' }, sdp(4000)).response(422);
    expect([refused.get('min-se'), refused.reason]).toEqual(['90', 'Session Interval Too Small']);
    expect(calls.rest).toEqual([]);
  });

  it('is refused inside a call, which goes on', async () => {
    const { far } = await callIn({});
    const options = { headers: { ...reinvite, 'Session-Expires': '60' }, body: sdp(4000) };
    expect((await phone.send(far.request('INVITE', options)).response(422)).get('min-se')).toBe('90');
    expect(
      (await phone.send(far.request('UPDATE', { headers: { 'Session-Expires': '60' } })).response(422)).status,
    ).toBe(422);
    expect((await phone.send(far.request('OPTIONS')).response(200)).status).toBe(200);
  });
});
