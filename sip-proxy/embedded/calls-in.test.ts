import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dialog } from '#sip-stack/dialog.ts';
import { Inbox } from './testing/inbox.ts';
import type { NearDialog } from './testing/application.ts';
import { sdp, type Asked, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

interface Call {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
}

let stage: Stage;
let phone: Phone;
let srf: Srf;
let calls: Inbox<Call>;

/** Takes calls, and whatever else `methods` names. */
const application = async (...methods: string[]): Promise<Srf> => {
  const app = new Srf();
  for (const method of methods)
    (app as unknown as Record<string, (take: (req: SrfRequest, res: SrfResponse) => void) => void>)[method]?.(
      (req, res) => calls.push({ req, res }),
    );
  const served = stage.server.metrics().clients;
  await stage.connect(app);
  // The routes follow the authentication on the same connection.
  await soon(() => Object.values(stage.server.dump().routes).flat().length).toBeGreaterThan(served * methods.length);
  return app;
};
beforeEach(async () => {
  stage = await Stage.open();
  phone = await stage.phone();
  calls = new Inbox();
  srf = await application('invite');
});
afterEach(() => stage.close());

const answered = async (asked: Asked) => {
  const { req, res } = await calls.next();
  const answering = srf.createUAS(req, res, { localSdp: sdp(5000) });
  const ok = await asked.response(200);
  return { near: (await answering) as unknown as NearDialog, ok, req, res };
};
const connected = async () => {
  const asked = phone.ask('INVITE', {}, sdp(4000));
  const { near, ok, req } = await answered(asked);
  const acked = once(near, 'ack');
  const far = phone.acknowledge(asked, ok);
  await acked;
  return { near, far, asked, ok, req };
};
const nothingLeft = (): void => expect(stage.leftovers()).toEqual(nothing);
const statuses = (asked: Asked): number[] => asked.responses.rest.map(({ status }) => status);

describe('a call in', () => {
  it('is told to the application, rings with early media, is answered and acknowledged', async () => {
    const asked = phone.ask('INVITE', { 'X-Facility': 'north' }, sdp(4000));
    const trying = await asked.response(100);
    expect(trying.to.tag).toBeUndefined();
    const { req, res } = await calls.next();
    expect([req.get('X-Facility'), req.body, req.source_address, Number(req.source_port), req.protocol]).toEqual([
      'north',
      sdp(4000),
      '127.0.0.1',
      phone.port,
      'udp',
    ]);
    expect((req as unknown as { receivedOn: string }).receivedOn).toBe(`127.0.0.1:${stage.server.sipPort}`);
    res.send(180);
    const ringing = await asked.response(180);
    expect(ringing.has('contact')).toBe(false);
    res.send(183, { body: sdp(5000) });
    const progress = await asked.response(183);
    expect([progress.body.toString(), progress.get('content-type')]).toEqual([sdp(5000), 'application/sdp']);
    const near = (await srf.createUAS(req, res, {
      localSdp: sdp(5000),
      headers: { 'X-A': 'b' },
    })) as unknown as NearDialog;
    const ok = await asked.response(200);
    expect(ok.toString().split('\r\n').slice(1, 9)).toEqual([
      `Via: ${asked.request.get('via')?.replace('rport', `rport=${phone.port}`)};received=127.0.0.1`,
      `From: ${asked.request.get('from')}`,
      `To: <sip:100@127.0.0.1>;tag=${ringing.to.tag}`,
      `Call-ID: ${asked.request.callId}`,
      'CSeq: 1 INVITE',
      'X-A: b',
      'Content-Type: application/sdp',
      `Contact: <sip:127.0.0.1:${stage.server.sipPort}>`,
    ]);
    expect(progress.to.tag).toBe(ringing.to.tag);
    expect([near.id, near.sip.localTag]).toEqual([
      `${asked.request.callId};from-tag=${asked.request.from.tag}`,
      ringing.to.tag,
    ]);
    expect(stage.server.dump().dialogs).toEqual([
      { id: near.id, client: expect.any(Number) as number, clientGone: false, usage: 'INVITE', waitingForAck: true },
    ]);
    const acked = once(near, 'ack');
    const far = phone.acknowledge(asked, ok);
    await acked;
    const over = once(near, 'destroy');
    expect((await phone.send(far.request('BYE')).response(200)).to.tag).toBe(ringing.to.tag);
    await over;
    expect(statuses(asked)).toEqual([]);
    nothingLeft();
  });

  it('is ended by the application with a BYE to the phone', async () => {
    const { near, far } = await connected();
    const ending = near.destroy();
    const { tx, request } = await phone.request('BYE');
    expect([request.uri, request.to.tag, request.cseq.number]).toEqual([phone.uri, far.localTag, 1]);
    tx.reply(200);
    await ending;
    nothingLeft();
  });

  it('takes the To tag the application wants', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { res } = await calls.next();
    res.send(180, { headers: { To: 'x;tag=chosen' } });
    expect((await asked.response(180)).to.tag).toBe('chosen');
    res.send(486);
    expect((await asked.response(486)).to.tag).toBe('chosen');
  });

  it('without SDP is offered one, and its answer comes with the ACK', async () => {
    const asked = phone.ask('INVITE');
    const { near, ok } = await answered(asked);
    const acked = once(near, 'ack');
    phone.acknowledge(asked, ok, sdp(4000));
    await acked;
    expect(near.remote.sdp).toBe(sdp(4000));
  });

  it('refused by the application is refused, and the ACK ends it', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { res } = await calls.next();
    res.send(486, 'Busy Here', { headers: { 'retry-after': '5' } });
    const busy = await asked.response(486);
    expect([busy.get('Retry-After'), busy.has('contact'), busy.to.tag !== undefined]).toEqual(['5', false, true]);
    await soon(() => stage.server.metrics().received['ACK']).toBe(1);
    nothingLeft();
  });

  it('whose 200 is lost has it repeated until the ACK', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { near, ok } = await answered(asked);
    for (const wait of [500, 1000, 2000, 4000, 4000]) {
      stage.clock.advance(wait);
      expect((await asked.response(200)).raw).toEqual(ok.raw);
    }
    const acked = once(near, 'ack');
    phone.acknowledge(asked, ok);
    await acked;
    stage.clock.advance(30_000);
    expect(stage.server.metrics().repeated).toBe(5);
    expect(stage.server.dump().dialogs).toHaveLength(1);
  });

  it('is not acknowledged by the ACK of something else', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { near, ok } = await answered(asked);
    const far = Dialog.caller(asked.request, ok);
    near.once('ack', () => expect.unreachable());
    phone.layer.sendStateless(far.ack(2), { address: '127.0.0.1', port: stage.server.sipPort });
    await soon(() => stage.server.metrics().received['ACK']).toBe(1);
    expect(stage.server.dump().dialogs[0]?.waitingForAck).toBe(true);
    near.removeAllListeners('ack');
    await answered(phone.ask('INVITE', {}, sdp(4000)));
  });

  it('from behind a NAT is ended where it came from', async () => {
    const asked = phone.ask('INVITE', { Contact: '<sip:hidden@10.1.2.3:5060>' }, sdp(4000));
    const { near, ok } = await answered(asked);
    phone.acknowledge(asked, ok);
    void near.destroy();
    expect((await phone.request('BYE')).request.uri).toBe('sip:hidden@10.1.2.3:5060');
  });

  it('through a proxy is ended through that proxy', async () => {
    const proxy = await stage.phone();
    const headers = { Contact: '<sip:hidden@10.1.2.3:5060>', 'Record-Route': `<sip:127.0.0.1:${proxy.port};lr>` };
    const asked = phone.ask('INVITE', headers, sdp(4000));
    const { near, ok } = await answered(asked);
    expect(ok.get('record-route')).toBe(headers['Record-Route']);
    void near.destroy();
    const { request } = await proxy.request('BYE');
    expect([request.uri, request.get('route')]).toEqual(['sip:hidden@10.1.2.3:5060', headers['Record-Route']]);
  });

  it('never acknowledged is ended after 64*T1, and the application told why', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { near } = await answered(asked);
    const over = once(near, 'destroy');
    stage.clock.advance(32_000);
    const { tx, request } = await phone.request('BYE');
    expect(request.get('reason')).toBe('SIP;cause=200;text="ACK timeout"');
    tx.reply(200);
    expect((await over)[1]).toBe('ACK timeout');
    await soon(() => stage.server.metrics().received['BYE 200']).toBe(1);
    nothingLeft();
  });

  it('that the application does not answer is ended with 480', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { res } = await calls.next();
    stage.clock.advance(63_999);
    expect(stage.server.metrics().sent).toEqual({ 'INVITE 100': 1 });
    stage.clock.advance(1);
    expect((await asked.response(480)).reason).toBe('Temporarily Unavailable');
    await expect(sent(res, 200)).rejects.toEqual('Response not sent due to unknown transaction');
    expect(stage.log.lines.at(-1)).toMatchObject({ level: 'warn', text: 'client did not answer' });
    await soon(() => stage.server.metrics().received['ACK']).toBe(1);
    nothingLeft();
  });

  it('that rings is the caller’s to end: the limit is for the first answer', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { res } = await calls.next();
    await sent(res, 180);
    stage.clock.advance(200_000);
    res.send(404);
    expect((await asked.response(404)).status).toBe(404);
  });

  it('answered with a body of unknown kind is not answered', async () => {
    phone.ask('INVITE', {}, sdp(4000));
    const { req, res } = await calls.next();
    await expect(srf.createUAS(req, res, { localSdp: 'hello' })).rejects.toBe('missing content-type');
    await sent(res, 180).catch(() => undefined);
  });
});

const sent = (res: SrfResponse, status: number, headers = {}): Promise<unknown> =>
  new Promise((resolve, reject) =>
    (res as unknown as { send(s: number, o: object, f: (error: unknown, message: unknown) => void): void }).send(
      status,
      { headers },
      (error, message) => (error ? reject(error) : resolve(message)),
    ),
  );
