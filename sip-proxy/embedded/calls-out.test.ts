import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SipResponse } from '#sip-stack/message.ts';
import { request, type NearDialog } from './testing/application.ts';
import { sdp, type Phone } from './testing/phone.ts';
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
    await expect.poll(() => offered.tx.state).toBe('confirmed');
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
    await expect.poll(() => stage.server.metrics().sent['INVITE']).toBe(1);
    stage.clock.advance(500);
    await failed;
    nothingLeft();
  });

  it('that rings for ever is given up by timer C and cancelled', async () => {
    const calling = srf.createUAC(phone.uri, { localSdp: sdp(5000) });
    const offered = await phone.request('INVITE');
    offered.tx.reply(180);
    await expect.poll(() => stage.server.metrics().received['INVITE 180']).toBe(1);
    const failed = expect(calling).rejects.toMatchObject({ status: 408 });
    stage.clock.advance(184_999);
    expect(stage.server.metrics().sent).not.toHaveProperty('CANCEL');
    stage.clock.advance(1);
    await failed;
    await phone.cancelled.next();
    await expect.poll(() => stage.server.metrics().received['INVITE 487']).toBe(1);
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

describe('cancelling a call out', () => {
  const cancelling = () => {
    let sent: SrfRequest | undefined;
    const calling = srf.createUAC(
      phone.uri,
      { localSdp: sdp(5000) },
      { cbRequest: (...args: unknown[]) => (sent = args[1] as SrfRequest) },
    );
    const cancel = (): Promise<SrfRequest> =>
      new Promise((resolve, reject) =>
        (sent as unknown as { cancel(o: object, f: (error: unknown, request: SrfRequest) => void): void }).cancel(
          { headers: { Reason: 'SIP;cause=200' } },
          (error, request) => (error ? reject(error) : resolve(request)),
        ),
      );
    return { calling, cancel };
  };

  it('waits for the first provisional response', async () => {
    const { calling, cancel } = cancelling();
    const offered = await phone.request('INVITE');
    const shown = await cancel();
    expect([shown.method, shown.get('cseq')]).toEqual(['CANCEL', `${offered.request.cseq.number} CANCEL`]);
    expect(stage.server.metrics().sent).not.toHaveProperty('CANCEL');
    offered.tx.reply(180);
    const cancelled = await phone.cancelled.next();
    expect([cancelled.get('reason'), cancelled.get('to')]).toEqual(['SIP;cause=200', offered.request.get('to')]);
    await expect(calling).rejects.toMatchObject({ status: 487 });
    await expect(cancel()).rejects.toMatchObject({
      message: expect.stringMatching(/^unable to cancel unknown transaction id/) as string,
    });
    nothingLeft();
  });

  it('too late: the call is acknowledged and ended, and the application told', async () => {
    const { calling, cancel } = cancelling();
    const offered = await phone.request('INVITE');
    offered.tx.reply(180);
    await expect.poll(() => stage.server.metrics().received['INVITE 180']).toBe(1);
    phone.layer.onCancel = (_cancel, tx) => void tx.reply(200);
    await cancel();
    phone.accept(offered);
    const near = (await calling) as unknown as NearDialog;
    const [over, , bye] = await Promise.all([once(near, 'destroy'), phone.ack(), phone.request('BYE')]);
    expect(over[1]).toBe('ACK-BYE due to cancel race condition');
    expect(bye.request.get('reason')).toBe('SIP ;cause=200 ;text="ACK-BYE due to cancel race condition"');
    bye.tx.reply(200);
    await expect.poll(() => stage.server.metrics().received['BYE 200']).toBe(1);
    nothingLeft();
  });
});

describe('inside a call out', () => {
  it('a repeated 200 has its ACK repeated, and the application hears nothing of it', async () => {
    const { offered, ack } = await connected();
    offered.tx.respond(offered.tx.response as SipResponse);
    const again = await phone.ack();
    expect(again.raw).toEqual(ack.raw);
    expect(stage.server.metrics().sent['ACK']).toBe(1);
  });

  it('a 200 of another branch is acknowledged and ended by the server', async () => {
    const { offered } = await connected();
    const fork = SipResponse.to(offered.request, 200, 'OK', 'other').add('Contact', phone.contact);
    offered.tx.respond(fork);
    expect((await phone.ack()).to.tag).toBe('other');
    const bye = await phone.request('BYE');
    expect(bye.request.to.tag).toBe('other');
    bye.tx.reply(200);
    expect(stage.server.dump().dialogs).toHaveLength(1);
  });

  it('the application changes the session, and the phone does', async () => {
    const { near, far, ack } = await connected();
    const modifying = near.modify(sdp(5002));
    const again = await phone.request('INVITE');
    expect([again.request.cseq.number, again.request.to.tag, again.request.body.toString()]).toEqual([
      ack.cseq.number + 1,
      far.localTag,
      sdp(5002),
    ]);
    expect(again.request.get('contact')).toBe(`<sip:${here}>`);
    expect(far.receive(again.request)).toBe(true);
    phone.accept(again, sdp(4002));
    expect(await modifying).toBe(sdp(4002));
    expect((await phone.ack()).cseq.number).toBe(ack.cseq.number + 1);

    near.on('modify', (_request: SrfRequest, response: SrfResponse) => response.send(200, { body: sdp(5004) }));
    const asked = phone.send(
      far.request('INVITE', { headers: { 'Content-Type': 'application/sdp' }, body: sdp(4004) }),
    );
    await asked.response(100);
    const ok = await asked.response(200);
    expect([ok.body.toString(), ok.get('content-type'), ok.get('contact')]).toEqual([
      sdp(5004),
      'application/sdp',
      `<sip:${here}>`,
    ]);
    const acknowledged = once(near, 'ack');
    phone.acknowledge(asked, ok);
    await acknowledged;
    expect(stage.server.dump().dialogs[0]?.waitingForAck).toBe(false);
  });

  it('requests go both ways and find the right dialog', async () => {
    const { near, far } = await connected();
    const asking = near.request({
      method: 'INFO',
      body: 'Signal=1',
      headers: { 'Content-Type': 'application/dtmf-relay' },
    });
    const info = await phone.request('INFO');
    expect([info.request.uri, info.request.body.toString()]).toEqual([phone.uri, 'Signal=1']);
    info.tx.reply(200);
    const numbered = near.request({ method: 'INFO', headers: { CSeq: '900000000 INFO' } });
    const high = await phone.request('INFO');
    expect(high.request.cseq.number).toBe(900_000_000);
    high.tx.reply(200);
    await numbered;
    expect((await asking).status).toBe(200);

    near.on('info', (request: SrfRequest, response: SrfResponse) =>
      response.send(200, { headers: { 'X-Got': request.body } }),
    );
    const relay = { headers: { 'Content-Type': 'application/dtmf-relay' }, body: 'Signal=2' };
    const told = await phone.send(far.request('INFO', relay)).response(200);
    expect(told.get('x-got')).toBe('Signal=2');
    // Without a listener the application's library answers by itself.
    for (const method of ['OPTIONS', 'MESSAGE', 'UPDATE', 'NOTIFY', 'REFER'])
      expect(
        (await phone.send(far.request(method, { headers: { Contact: phone.contact } })).response(200)).status,
      ).toBe(200);
  });

  it('an old CSeq is refused, and a second INVITE before the first one is answered', async () => {
    const { near, far } = await connected();
    near.on('modify', () => undefined);
    const options = { headers: { 'Content-Type': 'application/sdp' }, body: sdp(1) };
    const first = phone.send(far.request('INVITE', options));
    await first.response(100);
    expect((await phone.send(far.request('INVITE', options)).response(500)).get('retry-after')).toBe('1');
    far.localSequence = 0;
    expect((await phone.send(far.request('INFO')).response(500)).status).toBe(500);
  });

  it('INVITEs from both sides: the phone is told 491', async () => {
    const { near, far } = await connected();
    void near.modify(sdp(5002)).catch(() => undefined);
    const ours = await phone.request('INVITE');
    const theirs = phone.send(far.request('INVITE', { headers: { 'Content-Type': 'application/sdp' }, body: sdp(1) }));
    expect((await theirs.response(491)).status).toBe(491);
    ours.tx.reply(491);
  });

  it('the phone hangs up, and what it asks afterwards is refused', async () => {
    const { near, far } = await connected();
    const gone = once(near, 'destroy');
    const bye = phone.send(far.request('BYE'));
    expect((await bye.response(200)).get('cseq')).toBe('1 BYE');
    await gone;
    expect((await phone.send(far.request('OPTIONS')).response(481)).reason).toBe('Call/Transaction Does Not Exist');
    expect(phone.unexpected).toEqual([]);
    nothingLeft();
  });

  it('the phone hangs up while our INVITE is on its way: that one is cancelled', async () => {
    const { near, far } = await connected();
    void near.modify(sdp(5002)).catch(() => undefined);
    const again = await phone.request('INVITE');
    again.tx.reply(100);
    await expect.poll(() => stage.server.metrics().received['INVITE 100']).toBe(1);
    await phone.send(far.request('BYE')).response(200);
    await phone.cancelled.next();
    await expect.poll(() => stage.server.metrics().received['INVITE 487']).toBe(1);
    nothingLeft();
  });

  it('our BYE that nobody answers ends the dialog after 64*T1', async () => {
    const { near } = await connected();
    const ending = near.destroy();
    await phone.request('BYE');
    stage.clock.advance(32_000);
    await ending;
    nothingLeft();
  });

  it('requests follow the route of the answer, and else go where a phone behind a NAT sends from', async () => {
    const proxied = await connected({
      'Record-Route': `<sip:127.0.0.1:${phone.port};lr>`,
      Contact: '<sip:far@10.9.8.7>',
    });
    expect([proxied.ack.uri, proxied.ack.get('route')]).toEqual([
      'sip:far@10.9.8.7',
      `<sip:127.0.0.1:${phone.port};lr>`,
    ]);
    const hidden = await connected({ Contact: '<sip:far@10.9.8.7>' });
    expect([hidden.ack.uri, hidden.ack.has('route')]).toEqual(['sip:far@10.9.8.7', false]);
  });

  it('an unknown dialog is told to the application as ENODIALOG', async () => {
    const { near, far } = await connected();
    await phone.send(far.request('BYE')).response(200);
    await expect(
      request(srf, { uri: 'sip:placeholder', method: 'INFO', stackDialogId: near.id }),
    ).rejects.toMatchObject({
      code: 'ENODIALOG',
      message: 'Server error: unable to find dialog for dialog id provided',
    });
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
