import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Dialog } from '#sip-stack/dialog.ts';
import { SipResponse } from '#sip-stack/message.ts';
import type { NearDialog } from './testing/application.ts';
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
  (srf as unknown as { subscribe(take: (req: SrfRequest, res: SrfResponse) => void): void }).subscribe((req, res) =>
    asked.push({ req, res }),
  );
  await stage.connect(srf);
  await soon(() => stage.server.dump().routes).toHaveProperty('subscribe');
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
