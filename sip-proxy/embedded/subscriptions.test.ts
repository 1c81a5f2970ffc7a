import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Dialog } from '#sip-stack/dialog.ts';
import { SipResponse } from '#sip-stack/message.ts';
import { request, type NearDialog } from './testing/application.ts';
import { Inbox } from './testing/inbox.ts';
import { sdp, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

let stage: Stage;
let phone: Phone;
let srf: Srf;
let asked: Inbox<{ req: SrfRequest; res: SrfResponse }>;
beforeEach(async () => {
  stage = await Stage.open();
  phone = await stage.phone();
  asked = new Inbox();
  srf = new Srf();
  const app = srf as unknown as Record<string, (take: (req: SrfRequest, res: SrfResponse) => void) => void>;
  for (const method of ['subscribe', 'notify', 'refer']) app[method]?.((req, res) => asked.push({ req, res }));
  await stage.connect(srf);
  await soon(() => Object.keys(stage.server.dump().routes)).toHaveLength(3);
});
afterEach(() => stage.close());

const active = { Event: 'presence', 'Subscription-State': 'active' };
const terminated = { Event: 'presence', 'Subscription-State': 'terminated;reason=timeout' };

it('a subscription in: the application notifies, and the last notification ends it', async () => {
  const subscribing = phone.ask('SUBSCRIBE', { Event: 'presence', Expires: '60', Contact: phone.contact });
  const { req, res } = await asked.next();
  const near = (await srf.createUAS(req, res, { headers: { Expires: '60' } } as never)) as unknown as NearDialog;
  const accepted = await subscribing.response(202);
  expect([accepted.get('expires'), accepted.get('contact')]).toEqual(['60', `<sip:127.0.0.1:${stage.server.sipPort}>`]);
  const far = Dialog.caller(subscribing.request, accepted);
  for (const headers of [active, terminated]) {
    const notifying = near.request({ method: 'NOTIFY', headers });
    const { tx, request } = await phone.request('NOTIFY');
    expect([request.to.tag, request.get('subscription-state')]).toEqual([far.localTag, headers['Subscription-State']]);
    tx.reply(200);
    expect((await notifying).status).toBe(200);
  }
  expect(stage.leftovers()).toEqual(nothing);
});

it('a subscription out: the phone notifies, and its last notification ends it', async () => {
  const subscribing = srf.createUAC(phone.uri, { method: 'SUBSCRIBE', headers: { Event: 'presence' } } as never);
  const { tx, request } = await phone.request('SUBSCRIBE');
  const ok = SipResponse.to(request, 200, 'OK', tx.toTag).add('Contact', phone.contact).add('Expires', '60');
  tx.respond(ok);
  const near = (await subscribing) as unknown as NearDialog;
  const far = Dialog.called(request, ok);
  const told = once(near, 'notify');
  near.on('notify', (_req: SrfRequest, res: SrfResponse) => res.send(200));
  await phone.send(far.request('NOTIFY', { headers: active })).response(200);
  expect(((await told)[0] as SrfRequest).get('Event')).toBe('presence');
  // The library looks for its subscription under the wrong name and complains.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await phone.send(far.request('NOTIFY', { headers: terminated })).response(200);
  expect(stage.leftovers()).toEqual(nothing);
});

it('a refused subscription leaves nothing', async () => {
  const subscribing = phone.ask('SUBSCRIBE', { Event: 'presence', Contact: phone.contact });
  (await asked.next()).res.send(489);
  await subscribing.response(489);
  expect(stage.leftovers()).toEqual(nothing);
});

it('a phone that rings may update the session it was offered', async () => {
  const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
  const offered = await phone.request('INVITE');
  const ringing = SipResponse.to(offered.request, 183, undefined, offered.tx.toTag).add('Contact', phone.contact);
  offered.tx.respond(ringing);
  const early = Dialog.called(offered.request, ringing);
  const updated = await phone
    .send(early.request('UPDATE', { headers: { 'Content-Type': 'application/sdp' }, body: sdp(4000) }))
    .response(200);
  expect(updated.body.toString()).toBe(sdp(5000));
  offered.tx.reply(486);
  await expect(calling).rejects.toMatchObject({ status: 486 });
  expect(stage.leftovers()).toEqual(nothing);
});

/** A subscription of the phone. */
const subscribed = async (headers: Record<string, string> = { Expires: '60' }) => {
  const subscribing = phone.ask('SUBSCRIBE', { Event: 'presence', Contact: phone.contact, ...headers });
  const { req, res } = await asked.next();
  const near = (await srf.createUAS(req, res, { headers } as never)) as unknown as NearDialog;
  const far = Dialog.caller(subscribing.request, await subscribing.response(202));
  return { near, far };
};
const dialogs = (): number => stage.server.metrics().dialogs;

describe('a subscription that nobody ends', () => {
  it.each<[string, Record<string, string>, number]>([
    ['as long as was agreed', { Expires: '60' }, 60],
    ['an hour when nothing was said', {}, 3600],
    ['long enough for the last NOTIFY when it was fetched once', { Expires: '0' }, 0],
  ])('lasts %s, and 32 s more', async (_what, headers, seconds) => {
    const { near } = await subscribed(headers);
    const over = once(near, 'destroy');
    stage.clock.advance(seconds * 1000 + 31_999);
    expect(dialogs()).toBe(1);
    stage.clock.advance(1);
    expect(dialogs()).toBe(0);
    const [told] = (await over) as [SrfRequest];
    expect([told.get('Subscription-State'), told.get('Event')]).toEqual(['terminated;reason=timeout', 'presence']);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('is longer by each refresh, from either side', async () => {
    const { near, far } = await subscribed();
    near.on('subscribe', (_req: SrfRequest, res: SrfResponse) => res.send(200, { headers: { Expires: '120' } }));
    stage.clock.advance(60_000);
    await phone.send(far.request('SUBSCRIBE', { headers: { Event: 'Presence', Expires: '600' } })).response(200);
    stage.clock.advance(151_000);
    expect(dialogs()).toBe(1);
    const notifying = near.request({
      method: 'NOTIFY',
      headers: { Event: 'presence', 'Subscription-State': 'active;expires=30' },
    });
    (await phone.request('NOTIFY')).tx.reply(200);
    await notifying;
    stage.clock.advance(61_999);
    expect(dialogs()).toBe(1);
    stage.clock.advance(1);
    expect(dialogs()).toBe(0);
  });

  it('of ours is longer by our refresh, and as long as the NOTIFY says', async () => {
    const subscribing = srf.createUAC(phone.uri, {
      method: 'SUBSCRIBE',
      headers: { Event: 'presence', Expires: '60' },
    } as never);
    const { tx, request: subscribe } = await phone.request('SUBSCRIBE');
    const ok = SipResponse.to(subscribe, 200, 'OK', tx.toTag).add('Contact', phone.contact).add('Expires', '60');
    tx.respond(ok);
    const near = (await subscribing) as unknown as NearDialog;
    const far = Dialog.called(subscribe, ok);
    stage.clock.advance(91_000);
    const refreshing = near.request({ method: 'SUBSCRIBE', headers: { Event: 'presence', Expires: '60' } });
    (await phone.request('SUBSCRIBE')).tx.reply(200);
    await refreshing;
    stage.clock.advance(91_000);
    expect(dialogs()).toBe(1);
    const headers = { Event: 'presence', 'Subscription-State': 'active;expires=10' };
    await phone.send(far.request('NOTIFY', { headers })).response(200);
    stage.clock.advance(41_999);
    expect(dialogs()).toBe(1);
    stage.clock.advance(1);
    expect(dialogs()).toBe(0);
    expect(stage.leftovers()).toEqual(nothing);
  });
});

it('a dialog lives as long as one of its subscriptions', async () => {
  const { near, far } = await subscribed();
  near.on('subscribe', (_req: SrfRequest, res: SrfResponse) => res.send(200, { headers: { Expires: '60' } }));
  await phone.send(far.request('SUBSCRIBE', { headers: { Event: 'dialog;id=7', Expires: '60' } })).response(200);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const end = async (event: string): Promise<void> => {
    const headers = { Event: event, 'Subscription-State': 'Terminated' };
    await phone.send(far.request('NOTIFY', { headers })).response(200);
  };
  await end('dialog;id=8');
  await end('PRESENCE');
  expect(dialogs()).toBe(1);
  await end('dialog;id=7');
  expect(dialogs()).toBe(0);
  expect(stage.leftovers()).toEqual(nothing);
});

it('a NOTIFY that is faster than the answer to its SUBSCRIBE waits for it', async () => {
  const subscribing = srf.createUAC(phone.uri, { method: 'SUBSCRIBE', headers: { Event: 'presence' } } as never);
  const { tx, request: subscribe } = await phone.request('SUBSCRIBE');
  const ok = SipResponse.to(subscribe, 200, 'OK', tx.toTag).add('Contact', phone.contact);
  const early = phone.send(Dialog.called(subscribe, ok).request('NOTIFY', { headers: active }));
  await soon(() => stage.server.metrics().received['NOTIFY']).toBe(1);
  expect(early.responses.rest).toEqual([]);
  tx.respond(ok);
  await subscribing;
  await early.response(200);
  expect(stage.server.metrics().refused).toEqual({});
});

it('a NOTIFY for a SUBSCRIBE that was refused belongs to nobody', async () => {
  const subscribing = srf.createUAC(phone.uri, { method: 'SUBSCRIBE', headers: { Event: 'presence' } } as never);
  const { tx, request: subscribe } = await phone.request('SUBSCRIBE');
  const ok = SipResponse.to(subscribe, 200, 'OK', tx.toTag).add('Contact', phone.contact);
  const early = phone.send(Dialog.called(subscribe, ok).request('NOTIFY', { headers: active }));
  await soon(() => stage.server.metrics().received['NOTIFY']).toBe(1);
  tx.reply(403);
  await expect(subscribing).rejects.toMatchObject({ status: 403 });
  await early.response(481);
  expect(stage.leftovers()).toEqual(nothing);
});

describe('a REFER outside of dialogs', () => {
  const referred = async () => {
    const referring = request(srf, {
      uri: phone.uri,
      method: 'REFER',
      headers: { 'Refer-To': '<sip:200@127.0.0.1>', Contact: '<sip:me@localhost>' },
    });
    const { tx, request: refer } = await phone.request('REFER');
    const accepted = SipResponse.to(refer, 202, undefined, tx.toTag).add('Contact', phone.contact);
    tx.respond(accepted);
    expect((await referring).status).toBe(202);
    return Dialog.called(refer, accepted);
  };
  const report = (state: string) => ({ headers: { Event: 'Refer', 'Subscription-State': state } });

  it('is reported on to the application that sent it, until the last report', async () => {
    const far = await referred();
    for (const state of ['active;expires=60', 'terminated;reason=noresource']) {
      stage.clock.advance(200_000);
      const reporting = phone.send(far.request('NOTIFY', report(state)));
      const { req, res } = await asked.next();
      expect([req.method, req.get('Subscription-State')]).toEqual(['NOTIFY', state]);
      res.send(200);
      await reporting.response(200);
    }
    await phone.send(far.request('NOTIFY', report('active'))).response(481);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('is not waited for for ever', async () => {
    const far = await referred();
    stage.clock.advance(300_000);
    await phone.send(far.request('NOTIFY', report('active'))).response(481);
    expect(stage.leftovers()).toEqual(nothing);
  });
});

it('a NOTIFY that nobody asked for goes to whoever takes them', async () => {
  const notifying = phone.ask('NOTIFY', { Event: 'message-summary', 'Subscription-State': 'active' });
  const { req, res } = await asked.next();
  expect(req.get('Event')).toBe('message-summary');
  res.send(200);
  await notifying.response(200);
  expect(stage.leftovers()).toEqual(nothing);
});

it('the end of a transfer is not the end of the call it was asked in', async () => {
  const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
  const offered = await phone.request('INVITE');
  const far = phone.accept(offered);
  await phone.ack();
  const near = (await calling) as unknown as NearDialog;
  const referring = near.request({ method: 'REFER', headers: { 'Refer-To': '<sip:200@127.0.0.1>' } });
  (await phone.request('REFER')).tx.reply(202);
  await referring;
  const report = { Event: 'Refer', 'Subscription-State': 'terminated;reason=noresource' };
  await phone.send(far.request('NOTIFY', { headers: report })).response(200);
  expect(dialogs()).toBe(1);
  const over = once(near, 'destroy');
  await phone.send(far.request('BYE')).response(200);
  await over;
  expect(stage.leftovers()).toEqual(nothing);
});
