import Srf from 'drachtio-srf';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { request, type NearDialog } from './testing/application.ts';
import { sdp, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

let stage: Stage;
let phone: Phone;
let srf: Srf;
let here: string;

beforeEach(async () => {
  stage = await Stage.open();
  phone = await stage.phone();
  srf = await stage.connect(new Srf());
  here = `127.0.0.1:${stage.server.sipPort}`;
});
afterEach(() => stage.close());

/** A call that stands. */
const connected = async (headers: Record<string, string> = {}) => {
  const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
  const offered = await phone.request('INVITE');
  const far = phone.accept(offered, sdp(4000), headers);
  const [near, ack] = await Promise.all([calling, phone.ack()]);
  return { near: near as unknown as NearDialog, far, offered, ack };
};
/** The request as the phone got it, but for the Via and what is random. */
const lines = (text: { toString(): string }): string[] =>
  text
    .toString()
    .split('\r\n')
    .filter((line) => !line.startsWith('Via'));
const nothingLeft = (): void => expect(stage.leftovers()).toEqual(nothing);

describe('a call out', () => {
  it('rings, is answered, and is ended by the application', async () => {
    const rang: number[] = [];
    const calling = srf.createUAC(
      phone.uri,
      { localSdp: sdp(5000), headers: { 'X-Mark': '1', 'p-asserted-identity': '<sip:300@localhost>' } },
      { cbProvisional: (response) => void rang.push(response.status) },
    );
    const offered = await phone.request('INVITE');
    const { request } = offered;
    expect(lines(request)).toEqual([
      `INVITE sip:phone@127.0.0.1:${phone.port} SIP/2.0`,
      'Max-Forwards: 70',
      `From: <sip:${here}>;tag=${request.from.tag}`,
      `To: <sip:phone@127.0.0.1:${phone.port}>`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.cseq.number} INVITE`,
      `Contact: <sip:${here}>`,
      'X-Mark: 1',
      `P-Asserted-Identity: <sip:300@${here}>`,
      'Content-Type: application/sdp',
      `Content-Length: ${sdp(5000).length}`,
      '',
      ...sdp(5000).split('\r\n'),
    ]);
    offered.tx.reply(180);
    const far = phone.accept(offered);
    const near = (await calling) as unknown as NearDialog;
    expect(rang).toEqual([180]);
    expect(near.remote.sdp).toBe(sdp(4000));
    expect(near.id).toBe(`${request.callId};from-tag=${request.from.tag}`);
    const ack = await phone.ack();
    expect([ack.uri, ack.get('cseq'), ack.to.tag]).toEqual([phone.uri, `${request.cseq.number} ACK`, far.localTag]);
    const ending = near.destroy({ headers: { Reason: 'Q.850;cause=16' } });
    const bye = await phone.request('BYE');
    expect(lines(bye.request)).toEqual([
      `BYE ${phone.uri} SIP/2.0`,
      'Max-Forwards: 70',
      `From: <sip:${here}>;tag=${request.from.tag}`,
      `To: <sip:phone@127.0.0.1:${phone.port}>;tag=${far.localTag}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.cseq.number + 1} BYE`,
      'Reason: Q.850;cause=16',
      'Content-Length: 0',
      '',
      '',
    ]);
    expect(stage.server.dump().dialogs).toHaveLength(1);
    bye.tx.reply(200);
    await ending;
    nothingLeft();
  });

  it('keeps the Call-ID, From tag, To tag and CSeq an application gives, and puts its own address for localhost', async () => {
    const headers = {
      'Call-ID': 'given@home',
      From: '"Ann" <sip:ann@localhost>;tag=mine',
      To: 'sip:bob@localhost;tag=theirs',
      CSeq: '4711 BYE',
      Via: 'SIP/2.0/UDP evil',
      Route: '<sip:evil>',
      'x-lower-case': 'ü',
    };
    void request(srf, { uri: phone.uri, method: 'BYE', headers });
    const bye = await phone.request('BYE');
    expect(lines(bye.request)).toEqual([
      `BYE ${phone.uri} SIP/2.0`,
      'Max-Forwards: 70',
      `From: "Ann" <sip:ann@${here}>;tag=mine`,
      `To: <sip:bob@${here}>;tag=theirs`,
      'Call-ID: given@home',
      'CSeq: 4711 BYE',
      'x-lower-case: ü',
      'Content-Length: 0',
      '',
      '',
    ]);
    expect(bye.request.getAll('via')).toHaveLength(1);
  });

  it('without SDP takes the offer from the answer and answers it in the ACK', async () => {
    const calling = srf.createUAC(phone.uri, {});
    const offered = await phone.request('INVITE');
    expect(offered.request.body).toHaveLength(0);
    expect(offered.request.has('content-type')).toBe(false);
    phone.accept(offered);
    const [near, ack] = await Promise.all([calling, phone.ack()]);
    expect(ack.get('content-type')).toBe('application/sdp');
    expect(ack.body.toString()).toContain('a=recvonly');
    expect(near.remote.sdp).toBe(sdp(4000));
  });

  it('that is refused is acknowledged by the server', async () => {
    const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
    const offered = await phone.request('INVITE');
    offered.tx.reply(486, { headers: { 'X-Why': 'busy' } });
    await expect(calling).rejects.toMatchObject({ status: 486, reason: 'Busy Here' });
    await soon(() => offered.tx.state).toBe('confirmed');
    nothingLeft();
  });

  it('that nobody answers is a 408 after 64*T1', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    stage.onClose(() => silent.close());
    await once(silent, 'listening');
    const heard = once(silent, 'message');
    const calling = srf.createUAC(`sip:x@127.0.0.1:${silent.address().port}`, { localSdp: sdp(5000) });
    await heard;
    const failed = expect(calling).rejects.toMatchObject({ status: 408 });
    stage.clock.advance(31_999);
    expect(Object.values(stage.server.dump().sent)).toEqual(['INVITE']);
    stage.clock.advance(1);
    await failed;
    expect(stage.server.metrics().repeated).toBe(6);
    nothingLeft();
  });

  it('to a port where nobody listens is a 503 as soon as the host has said so', async () => {
    const { port } = phone;
    await phone.close();
    const calling = srf.createUAC(`sip:x@127.0.0.1:${port}`, { localSdp: sdp(5000) });
    const failed = expect(calling).rejects.toMatchObject({ status: 503 });
    await soon(() => stage.server.metrics().sent['INVITE']).toBe(1);
    stage.clock.advance(500);
    await failed;
    nothingLeft();
  });

  it('that rings for ever is given up by timer C and cancelled', async () => {
    const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
    const offered = await phone.request('INVITE');
    offered.tx.reply(180);
    await soon(() => stage.server.metrics().received['INVITE 180']).toBe(1);
    const failed = expect(calling).rejects.toMatchObject({ status: 408 });
    stage.clock.advance(184_999);
    expect(stage.server.metrics().sent).not.toHaveProperty('CANCEL');
    stage.clock.advance(1);
    await failed;
    await phone.cancelled.next();
    await soon(() => stage.server.metrics().received['INVITE 487']).toBe(1);
    nothingLeft();
  });

  it('to a name that does not exist is a 503', async () => {
    await expect(srf.createUAC('sip:x@no-such-host.invalid', { localSdp: sdp(5000) })).rejects.toMatchObject({
      status: 503,
      reason: 'DNS Error',
    });
    nothingLeft();
  });

  it('to a name that exists finds its address', async () => {
    void srf.createUAC(`sip:x@localhost:${phone.port}`, { localSdp: sdp(5000) }).catch(() => undefined);
    const { request, tx } = await phone.request('INVITE');
    expect(request.uri).toBe(`sip:x@localhost:${phone.port}`);
    tx.reply(404);
  });

  it.each([
    ['sip:x@127.0.0.1;transport=tcp', 'requested protocol/transport not available'],
    ['sips:x@127.0.0.1', 'requested protocol/transport not available'],
    ['sip:x@HERE', 'can not send request to myself'],
    ['sip:x y@127.0.0.1', /invalid request-uri|Invalid SIP message/],
  ])('to %s is refused before it is sent', async (uri, why) => {
    await expect(srf.createUAC(uri.replace('HERE', here), { localSdp: sdp(5000) })).rejects.toMatchObject({
      message: expect.stringMatching(why) as string,
    });
  });

  it('with a body of unknown kind is refused', async () => {
    await expect(srf.createUAC(phone.uri, { localSdp: 'hello' })).rejects.toMatchObject({
      message: 'missing content-type',
    });
  });

  it('goes where the application says instead of to the URI', async () => {
    void srf
      .createUAC('sip:x@example.com', { localSdp: sdp(5000), proxy: `sip:127.0.0.1:${phone.port}` })
      .catch(() => 0);
    const { request, tx } = await phone.request('INVITE');
    expect([request.uri, request.has('route')]).toEqual(['sip:x@example.com', false]);
    tx.reply(404);
  });
});

describe('credentials', () => {
  it.each([
    [401, 'WWW-Authenticate', 'authorization'],
    [407, 'Proxy-Authenticate', 'proxy-authorization'],
  ])('are given after a %i with the same Call-ID and tag and the next CSeq', async (status, challenge, answer) => {
    const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000), auth: { username: 'u', password: 'p' } });
    const first = await phone.request('INVITE');
    first.tx.reply(status, { headers: { [challenge]: 'Digest realm="r", nonce="n", algorithm=MD5, qop="auth"' } });
    const second = await phone.request('INVITE');
    const [a, b] = [first.request, second.request];
    expect([b.callId, b.from.tag, b.to.tag, b.cseq.number]).toEqual([
      a.callId,
      a.from.tag,
      undefined,
      a.cseq.number + 1,
    ]);
    expect(b.get(answer)).toMatch(/^Digest username="u",realm="r",nonce="n"/);
    expect(b.via.branch).not.toBe(a.via.branch);
    phone.accept(second);
    const near = (await calling) as unknown as NearDialog;
    expect((await phone.ack()).cseq.number).toBe(b.cseq.number);
    expect(near.sip.callId).toBe(a.callId);
  });

  it('are given for a BYE, whose dialog lives on meanwhile', async () => {
    const { near } = await connected();
    const ending = near.destroy({ auth: { username: 'u', password: 'p' } });
    const first = await phone.request('BYE');
    first.tx.reply(401, { headers: { 'WWW-Authenticate': 'Digest realm="r", nonce="n"' } });
    const second = await phone.request('BYE');
    expect(second.request.cseq.number).toBe(first.request.cseq.number + 1);
    expect(second.request.has('authorization')).toBe(true);
    second.tx.reply(200);
    await ending;
    nothingLeft();
  });
});

describe('requests outside of calls', () => {
  it.each(['OPTIONS', 'MESSAGE', 'REGISTER', 'NOTIFY', 'PUBLISH', 'INFO'])(
    '%s goes out and its answer comes back',
    async (method) => {
      const asking = request(srf, { uri: phone.uri, method, body: 'hällo', headers: { 'content-type': 'text/plain' } });
      const offered = await phone.request(method);
      expect([offered.request.body.toString(), offered.request.get('content-length')]).toEqual(['hällo', '6']);
      offered.tx.reply(202, { headers: { 'X-A': 'b' } });
      const response = await asking;
      expect([response.status, response.get('X-A')]).toEqual([202, 'b']);
      nothingLeft();
    },
  );
});
