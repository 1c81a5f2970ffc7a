import Srf, { type Dialog, type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Inbox } from './testing/inbox.ts';
import { sdp, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

type Bridged = { uas: Dialog; uac: Dialog };

let stage: Stage;
let caller: Phone;
let called: Phone;
let bridging: Inbox<Promise<Bridged>>;

beforeEach(async () => {
  stage = await Stage.open();
  [caller, called] = [await stage.phone(), await stage.phone()];
  bridging = new Inbox();
  const srf = new Srf();
  const app = srf as unknown as {
    invite(take: (req: SrfRequest, res: SrfResponse) => void): void;
    createB2BUA(req: SrfRequest, res: SrfResponse, uri: string, options: object): Promise<Bridged>;
  };
  app.invite((req, res) => {
    const bridged = app.createB2BUA(req, res, called.uri, { localSdpB: req.body, proxyRequestHeaders: ['X-Case'] });
    bridged.catch(() => undefined);
    bridging.push(bridged);
    void bridged.then(
      ({ uas, uac }) => {
        uas.on('destroy', () => void uac.destroy());
        uac.on('destroy', () => void uas.destroy());
      },
      () => undefined,
    );
  });
  await stage.connect(srf);
  await soon(() => stage.server.dump().routes).toHaveProperty('invite');
});
afterEach(() => stage.close());

const bridge = async () => {
  const asked = caller.ask('INVITE', { 'X-Case': '7' }, sdp(4000));
  const offered = await called.request('INVITE');
  offered.tx.reply(180);
  await asked.response(180);
  const far = called.accept(offered, sdp(4002));
  const [ok] = await Promise.all([asked.response(200), called.ack()]);
  const { uas } = await bridging.next().then((bridged) => bridged);
  const acked = once(uas, 'ack');
  const near = caller.acknowledge(asked, ok);
  await acked;
  return { offered, ok, near, far };
};

it('joins two phones: numbers, headers and SDP pass', async () => {
  const { offered, ok } = await bridge();
  expect(offered.request.get('X-Case')).toBe('7');
  expect(offered.request.from.uri).toBe(`sip:phone@127.0.0.1:${stage.server.sipPort}`);
  expect(offered.request.body.toString()).toBe(sdp(4000));
  expect(ok.body.toString()).toBe(sdp(4002));
  expect(stage.server.dump().dialogs).toHaveLength(2);
});

it('the caller hangs up, and the called one is let go', async () => {
  const { near } = await bridge();
  await caller.send(near.request('BYE')).response(200);
  (await called.request('BYE')).tx.reply(200);
  await soon(() => stage.server.metrics().received['BYE 200']).toBe(1);
  expect(stage.leftovers()).toEqual(nothing);
});

it('the called one hangs up, and the caller is let go', async () => {
  const { far } = await bridge();
  await called.send(far.request('BYE')).response(200);
  (await caller.request('BYE')).tx.reply(200);
  await soon(() => stage.server.metrics().received['BYE 200']).toBe(1);
  expect(stage.leftovers()).toEqual(nothing);
});

it('the caller gives up while it rings: both INVITEs are cancelled', async () => {
  const asked = caller.ask('INVITE', {}, sdp(4000));
  const offered = await called.request('INVITE');
  offered.tx.reply(180);
  await asked.response(180);
  asked.transaction?.cancel({ Reason: 'SIP;cause=487' });
  const [cancel] = await Promise.all([called.cancelled.next(), asked.response(487)]);
  expect(cancel.get('reason')).toBe('SIP;cause=487');
  await expect(bridging.next().then((bridged) => bridged)).rejects.toMatchObject({ status: 487 });
  await soon(() => stage.server.metrics().received['ACK']).toBe(1);
  expect(stage.leftovers()).toEqual(nothing);
});

it('the called one is busy, and so the caller hears', async () => {
  const asked = caller.ask('INVITE', {}, sdp(4000));
  (await called.request('INVITE')).tx.reply(486);
  expect((await asked.response(486)).reason).toBe('Busy Here');
  await soon(() => stage.server.metrics().received['ACK']).toBe(1);
  expect(stage.leftovers()).toEqual(nothing);
});
