import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import Srf from 'drachtio-srf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SipServer } from './drachtio.ts';
import type { Dialling, IncomingCall } from './drachtio.ts';
import { request } from './embedded/testing/application.ts';
import { Inbox } from './embedded/testing/inbox.ts';
import { sdp, type Phone } from './embedded/testing/phone.ts';
import { soon } from './embedded/testing/soon.ts';
import { nothing, secret, Stage } from './embedded/testing/stage.ts';
import { planDialog } from './planned-dialog.ts';

let stage: Stage;
let phone: Phone;
let sip: SipServer;

const connect = () => SipServer.connect({ host: '127.0.0.1', port: stage.server.adminPort, secret });

beforeEach(async () => {
  stage = await Stage.open();
  phone = await stage.phone();
  sip = await connect();
  stage.onClose(() => sip.close());
});
afterEach(() => stage.close());

const dialling = (changes: Partial<Dialling> = {}): Dialling => ({
  ...{ uri: phone.uri, sdp: sdp(5000), callingNumber: '+18669490290', plan: planDialog() },
  signal: new AbortController().signal,
  ...changes,
});

describe('a SIP server', () => {
  it('that is not there, or that refuses our secret, cannot be used', async () => {
    const { adminPort: port } = stage.server;
    await expect(SipServer.connect({ host: '127.0.0.1', port: 1, secret })).rejects.toThrow(
      'the SIP server at 127.0.0.1:1 cannot be used: connect ECONNREFUSED',
    );
    await expect(SipServer.connect({ host: '127.0.0.1', port, secret: 'x' })).rejects.toThrow('refused our secret');
  });

  it('that is gone can be closed all the same', async () => {
    const lost = new Promise<void>((resolve) => sip.lost.addEventListener('abort', () => resolve(), { once: true }));
    await stage.server.close();
    await lost;
    await new Promise((resolve) => setImmediate(resolve));
    expect(() => sip.close()).not.toThrow();
  });

  it('that comes when it was given up is hung up, not kept', async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise<void>((resolve) => probe.close(() => resolve()));
    await expect(SipServer.connect({ host: '127.0.0.1', port, secret })).rejects.toThrow('ECONNREFUSED');
    // It lets in whoever tries again.
    const listener = createServer((socket) =>
      socket.on('data', (frame) => {
        const [, id = ''] = /#([\w-]+)\|/.exec(String(frame)) ?? [];
        const answer = `${randomUUID()}|response|${id}|OK|udp/127.0.0.1:5060|v0.9.10|udp/127.0.0.1:5060`;
        socket.write(`${answer.length}#${answer}`);
      }),
    );
    const hungUp = new Promise<void>((resolve) =>
      listener.once('connection', (socket) => socket.once('close', () => resolve())),
    );
    await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
    await hungUp;
    await new Promise<void>((resolve) => listener.close(() => resolve()));
  });

  it('that comes later than it was waited for is not kept', async () => {
    const listener = createServer((socket) => void socket.resume());
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    const hungUp = new Promise<void>((resolve) =>
      listener.once('connection', (socket) => socket.once('close', () => resolve())),
    );
    await expect(SipServer.connect({ host: '127.0.0.1', port, secret }, 50)).rejects.toThrow('no answer within 50 ms');
    await hungUp;
    listener.close();
  });
});

it('what a SIP server still says while it is being left is not read', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const frames = new EventEmitter();
  server.on('connection', (socket) => {
    socket.once('data', (asked) => {
      const [, id = ''] = /#([\w-]+)\|/.exec(String(asked)) ?? [];
      const answer = `1|response|${id}|OK|udp/127.0.0.1:5060`;
      // The beginning of another frame comes with it.
      socket.write(`${answer.length}#${answer}200#2|sip|net`);
      frames.emit('begun', socket);
    });
  });
  const begun = once(frames, 'begun') as Promise<[Socket]>;
  const left = await SipServer.connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, secret });
  const [socket] = await begun;
  left.close();
  const gone = once(socket, 'close');
  socket.end('work|and so on, with a # in it and no length before that');
  socket.resume();
  await gone;
  server.close();
});

describe('a call that is placed', () => {
  it('leaves under the names that were planned for it, and its dialog has them', async () => {
    const wanted = dialling();
    const { callId, localTag, dialogId } = wanted.plan;
    const sent: object[] = [];
    const placed = sip.dial({ ...wanted, onSent: (invite) => sent.push(invite) });
    const offered = await phone.request('INVITE');
    const { from } = offered.request;
    expect([offered.request.callId, from.tag, from.sipUri?.user]).toEqual([callId, localTag, '+18669490290']);
    phone.accept(offered);
    const result = await placed;
    if (result.kind !== 'answered') throw new Error(result.kind);
    expect(result.dialog.reference).toMatchObject({ callId, localTag, dialogId });
    expect(sent).toEqual([{ callId, transactionId: expect.stringMatching(/./) as string }]);
  });

  it('keeps them when it is repeated with a password', async () => {
    const wanted = dialling({ auth: { username: 'us', password: 'not to be seen' } });
    const sent: { readonly transactionId: string }[] = [];
    void sip.dial({ ...wanted, onSent: (invite) => sent.push(invite) });
    const first = await phone.request('INVITE');
    first.tx.reply(401, { headers: { 'WWW-Authenticate': 'Digest realm="carrier", nonce="n", qop="auth"' } });
    const second = await phone.request('INVITE');
    const names = ({ request: { callId, from } }: typeof first) => [callId, from.tag];
    expect(names(first)).toEqual([wanted.plan.callId, wanted.plan.localTag]);
    expect(names(second)).toEqual(names(first));
    expect(second.request.has('authorization')).toBe(true);
    expect(second.request.cseq.number).toBe(first.request.cseq.number + 1);
    second.tx.reply(180);
    await soon(() => sent.length).toBe(2);
    expect(new Set(sent.map(({ transactionId }) => transactionId)).size).toBe(2);
  });

  it('can leave the offer to the far end, whose 200 is acknowledged with our answer', async () => {
    const [offer, answer] = [sdp(6000), sdp(6002)];
    const heard: string[] = [];
    const placed = sip.dial(dialling({ sdp: async (theirs) => (heard.push(theirs), answer) }));
    const offered = await phone.request('INVITE');
    expect(offered.request.body).toHaveLength(0);
    phone.accept(offered, offer);
    expect(String((await phone.ack()).body)).toBe(answer);
    expect(await placed).toMatchObject({ kind: 'answered', dialog: { remoteSdp: offer, connected: true } });
    expect(heard).toEqual([offer]);
  });

  it('is ended when we have no answer to the offer, or nobody wants it by then', async () => {
    const refused = new Error('nothing in common');
    const placed = sip.dial(dialling({ sdp: () => Promise.reject(refused) }));
    const failed = expect(placed).rejects.toBe(refused);
    phone.accept(await phone.request('INVITE'), sdp(6000));
    await failed;
    (await phone.request('BYE')).tx.reply(200);
    const caller = new AbortController();
    const late = sip.dial(dialling({ sdp: async () => (caller.abort(), sdp(6002)), signal: caller.signal }));
    phone.accept(await phone.request('INVITE'), sdp(6000));
    (await phone.request('BYE')).tx.reply(200);
    expect(await late).toEqual({ kind: 'cancelled' });
  });

  it('is not sent when nobody wants it any longer', async () => {
    expect(await sip.dial(dialling({ signal: AbortSignal.abort() }))).toEqual({ kind: 'cancelled' });
    expect(stage.server.metrics().sent['INVITE'] ?? 0).toBe(0);
  });

  it('has names that no other has', () => {
    const plans = [planDialog(), planDialog()];
    expect(new Set(plans.flatMap(({ callId, localTag, dialogId }) => [callId, localTag, dialogId])).size).toBe(6);
  });
});

describe('what a process that died left with a phone', () => {
  const plan = planDialog();
  const ended = { dialogId: plan.dialogId };

  /** An INVITE whose 200 its application does not take: it stands still, as one that is killed. */
  const ringing = async () => {
    const dead = await stage.connect(new Srf());
    const headers = { 'call-id': plan.callId, from: `<sip:us@localhost>;tag=${plan.localTag}` };
    const answered = request(dead, { uri: phone.uri, method: 'INVITE', headers, body: sdp(5000) });
    return { dead, answered, offered: await phone.request('INVITE') };
  };

  it('is ended by ACK and BYE when the 200 was on its way', async () => {
    const { dead, answered, offered } = await ringing();
    const far = phone.accept(offered);
    await answered;
    dead.disconnect();
    const done = sip.endAnsweredOrphan(ended);
    expect((await phone.ack()).cseq.number).toBe(offered.request.cseq.number);
    const bye = await phone.request('BYE');
    expect([far.receive(bye.request), bye.request.get('reason')]).toEqual([true, 'Q.850;cause=41;text="restart"']);
    bye.tx.reply(200);
    expect(await done).toBe(true);
    expect(stage.leftovers()).toEqual(nothing);
  });

  it('is ended also when the ACK had left', async () => {
    const before = await connect();
    const placed = before.dial(dialling({ plan }));
    const far = phone.accept(await phone.request('INVITE'));
    await placed;
    await phone.ack();
    before.close();
    const done = sip.endAnsweredOrphan(ended);
    const bye = await phone.request('BYE');
    expect(far.receive(bye.request)).toBe(true);
    bye.tx.reply(200);
    expect(await done).toBe(true);
  });

  it('is ended by a BYE inside the dialog where the SIP server knows it, else by one that is put together', async () => {
    const placed = sip.dial(dialling({ plan }));
    const offered = await phone.request('INVITE');
    const far = phone.accept(offered);
    const result = await placed;
    await phone.ack();
    if (result.kind !== 'answered') throw new Error(result.kind);
    for (const cseq of [offered.request.cseq.number + 1, 2_147_000_000]) {
      const done = sip.endOrphan(result.dialog.reference);
      const bye = await phone.request('BYE');
      expect([bye.request.cseq.number, bye.request.callId, bye.request.to.tag]).toEqual([
        cseq,
        plan.callId,
        far.localTag,
      ]);
      bye.tx.reply(200);
      expect(await done).toBe(200);
    }
  });

  it('is ended for a caller by the name that the dialog had before it was answered', async () => {
    const calls = new Inbox<IncomingCall>();
    const before = await connect();
    before.onCall((call) => calls.push(call));
    await soon(() => stage.server.dump().routes).toHaveProperty('invite');
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const call = await calls.next();
    const dialog = await call.answer(sdp(5000));
    expect(dialog.reference).toMatchObject({ callId: call.callId, dialogId: call.dialogId });
    const far = phone.acknowledge(asked, await asked.response(200));
    before.close();
    const done = sip.endOrphanInside(call);
    const bye = await phone.request('BYE');
    expect(far.receive(bye.request)).toBe(true);
    bye.tx.reply(200);
    expect(await done).toBe(200);
    expect(await sip.endOrphanInside(call)).toBe(0);
  });

  it('is not ended before there is an answer; the INVITE is cancelled, once', async () => {
    const sent: { readonly transactionId: string }[] = [];
    void sip.dial(dialling({ plan, onSent: (invite) => sent.push(invite) }));
    const offered = await phone.request('INVITE');
    offered.tx.reply(180);
    await soon(() => sent.length).toBe(1);
    const other = await connect();
    stage.onClose(() => other.close());
    expect(await other.endAnsweredOrphan(ended)).toBe(false);
    expect(await other.cancelOrphan({ transactionId: sent[0]?.transactionId ?? '' })).toBe(true);
    await phone.cancelled.next();
    expect(await other.cancelOrphan({ transactionId: 'nobody-knows-it' })).toBe(false);
    expect(phone.unexpected).toEqual([]);
  });
});
