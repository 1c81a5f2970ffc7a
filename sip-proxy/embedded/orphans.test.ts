import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { request, type NearDialog } from './testing/application.ts';
import { Inbox } from './testing/inbox.ts';
import { sdp, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

let stage: Stage;
let phone: Phone;
let calls: Inbox<{ req: SrfRequest; res: SrfResponse }>;

beforeEach(async () => {
  stage = await Stage.open();
  phone = await stage.phone();
  calls = new Inbox();
});
afterEach(() => stage.close());

const application = async (): Promise<Srf> => {
  const srf = new Srf();
  (srf as unknown as { invite(take: (req: SrfRequest, res: SrfResponse) => void): void }).invite((req, res) =>
    calls.push({ req, res }),
  );
  await stage.connect(srf);
  await soon(() => stage.server.dump().routes).toHaveProperty('invite');
  return srf;
};
const dies = async (srf: Srf): Promise<void> => {
  srf.disconnect();
  await soon(() => stage.server.metrics().clients).toBe(0);
};
interface Requesting {
  request(options: object, done: (error: Error | undefined) => void): void;
  createUAC(uri: string, options: object, progress: object): Promise<unknown>;
}
const cancel = (srf: Srf, stackTxnId: string): Promise<void> =>
  new Promise((resolve, reject) =>
    (srf as unknown as Requesting).request({ method: 'CANCEL', uri: 'sip:placeholder', stackTxnId }, (error) =>
      error ? reject(error) : resolve(),
    ),
  );
const callOut = async (srf: Srf) => {
  const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
  const far = phone.accept(await phone.request('INVITE'));
  const [near] = await Promise.all([calling, phone.ack()]);
  return { near: near as unknown as NearDialog, far };
};
const callIn = async (srf: Srf) => {
  const asked = phone.ask('INVITE', {}, sdp(4000));
  const { req, res } = await calls.next();
  const near = (await srf.createUAS(req, res, { localSdp: sdp(5000) })) as unknown as NearDialog;
  const ok = await asked.response(200);
  const acked = once(near, 'ack');
  const far = phone.acknowledge(asked, ok);
  await acked;
  return { near, far };
};

it('calls outlive their application: what the phone asks is refused, and a new application ends them by their ids', async () => {
  const first = await application();
  const [out, into] = [await callOut(first), await callIn(first)];
  await dies(first);
  expect(stage.log.lines.filter(({ text }) => text === 'client left calls behind')).toMatchObject([
    { facts: { calls: 2, waiting: 0 } },
  ]);
  expect((await phone.send(out.far.request('OPTIONS')).response(481)).status).toBe(481);
  expect((await phone.send(into.far.request('INFO')).response(481)).status).toBe(481);
  expect(stage.server.dump().dialogs.map(({ id, clientGone }) => [id, clientGone])).toEqual([
    [out.near.id, true],
    [into.near.id, true],
  ]);
  const second = await application();
  for (const { near, far } of [out, into]) {
    const headers = { Reason: 'SIP;cause=200;text="restart"' };
    const ending = request(second, { uri: 'sip:placeholder', method: 'BYE', stackDialogId: near.id, headers });
    const { tx, request: bye } = await phone.request('BYE');
    expect([bye.uri, bye.callId, bye.from.tag, bye.to.tag, bye.get('reason')]).toEqual([
      phone.uri,
      far.callId,
      far.remoteTag,
      far.localTag,
      'SIP;cause=200;text="restart"',
    ]);
    expect(far.receive(bye)).toBe(true);
    tx.reply(200);
    expect((await ending).status).toBe(200);
    await expect(
      request(second, { uri: 'sip:placeholder', method: 'BYE', stackDialogId: near.id }),
    ).rejects.toMatchObject({
      code: 'ENODIALOG',
    });
  }
  expect(stage.leftovers()).toEqual(nothing);
});

it('the phone’s BYE after its application has gone is refused, and the dialog forgotten', async () => {
  const first = await application();
  const { far } = await callOut(first);
  await dies(first);
  await phone.send(far.request('BYE')).response(481);
  expect(stage.leftovers()).toEqual(nothing);
});

it('a BYE put together for a dialog that is unknown here reaches the phone as that dialog’s', async () => {
  const first = await application();
  const { near, far } = await callOut(first);
  const parts = { ...near.sip, uri: near.remote.uri };
  await stage.server.close();
  const other = await Stage.open();
  stage.onClose(() => other.close());
  const second = await other.connect(new Srf());
  const headers = {
    'Call-ID': parts.callId,
    From: `<sip:a@localhost>;tag=${parts.localTag}`,
    To: `<${parts.uri}>;tag=${parts.remoteTag}`,
  };
  const ending = request(second, { uri: parts.uri, method: 'BYE', headers });
  const { tx, request: bye } = await phone.request('BYE');
  expect([bye.callId, bye.from.tag, bye.to.tag]).toEqual([far.callId, far.remoteTag, far.localTag]);
  tx.reply(200);
  expect((await ending).status).toBe(200);
});

it('the same BYE for a dialog that is known ends it here, too', async () => {
  const srf = await application();
  const { near, far } = await callOut(srf);
  const headers = {
    'Call-ID': near.sip.callId,
    From: `<sip:a@localhost>;tag=${near.sip.localTag}`,
    To: `<sip:b@localhost>;tag=${near.sip.remoteTag}`,
    CSeq: '200000000 BYE',
  };
  const ending = request(srf, { uri: phone.uri, method: 'BYE', headers });
  const { tx, request: bye } = await phone.request('BYE');
  expect([far.receive(bye), bye.cseq.number]).toEqual([true, 200_000_000]);
  tx.reply(200);
  await ending;
  expect(stage.leftovers()).toEqual(nothing);
});

it('what rings when its application goes is ended after the limit', async () => {
  const srf = await application();
  const silent = phone.ask('INVITE', {}, sdp(4000));
  await calls.next();
  const ringing = phone.ask('INVITE', {}, sdp(4000));
  const { res } = await calls.next();
  res.send(180);
  await ringing.response(180);
  await dies(srf);
  stage.clock.advance(64_000);
  await Promise.all([silent.response(480), ringing.response(480)]);
  await soon(() => stage.server.metrics().received['ACK']).toBe(2);
  expect(stage.leftovers()).toEqual(nothing);
});

it('a phone that rings when the caller’s application dies is cancelled', async () => {
  const srf = await application();
  void srf.createUAC(phone.uri, { localSdp: sdp(5000) }).catch(() => undefined);
  const offered = await phone.request('INVITE');
  offered.tx.reply(180);
  await dies(srf);
  await phone.cancelled.next();
  await soon(() => stage.leftovers()).toEqual(nothing);
});

it('whoever has the id of an INVITE may cancel it', async () => {
  const [first, second] = [await application(), await application()];
  const sent = new Inbox<{ readonly stackTxnId: string }>();
  void (first as unknown as Requesting)
    .createUAC(
      phone.uri,
      { localSdp: sdp(5000) },
      { cbRequest: (_: unknown, req: { stackTxnId: string }) => sent.push(req) },
    )
    .catch(() => undefined);
  const offered = await phone.request('INVITE');
  offered.tx.reply(180);
  const { stackTxnId } = await sent.next();
  await cancel(second, stackTxnId);
  await phone.cancelled.next();
  await expect(cancel(second, 'nobody-knows-it')).rejects.toThrow();
});

it('a phone that answers as the caller’s application dies is acknowledged and released', async () => {
  const srf = await application();
  void srf.createUAC(phone.uri, { localSdp: sdp(5000) }).catch(() => undefined);
  const offered = await phone.request('INVITE');
  await dies(srf);
  phone.accept(offered);
  (await phone.request('BYE')).tx.reply(200);
  await soon(() => stage.leftovers()).toEqual(nothing);
});
