import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dialog } from '#sip-stack/dialog.ts';
import { SipResponse } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SipRequest } from '#sip-stack/message.ts';
import { request, type NearDialog } from './testing/application.ts';
import { Inbox } from './testing/inbox.ts';
import { sdp, type Asked, type Phone } from './testing/phone.ts';
import { soon } from './testing/soon.ts';
import { nothing, Stage } from './testing/stage.ts';

interface Call {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
}

/** `send` as it is, with the callbacks its declaration leaves out. */
type Send = (
  status: number,
  options: object,
  sent: (error: string | null, response: { get(name: string): string }) => void,
  pracked?: (prack: SrfRequest) => void,
) => void;

let stage: Stage;
let phone: Phone;
let srf: Srf;
let calls: Inbox<Call>;

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

const able = { Supported: 'timer, 100rel' };
const nothingLeft = (): void => expect(stage.leftovers()).toEqual(nothing);
const statuses = (asked: Asked): number[] => asked.responses.rest.map(({ status }) => status);

describe('a call in, whose ringing is acknowledged', () => {
  /** Sends a reliable response: resolves with what was sent, and with the PRACK. */
  const ring = ({ res }: Call, options: object = { headers: { Require: '100rel' }, body: sdp(5000) }, status = 183) => {
    const pracked = new Inbox<SrfRequest>();
    const sent = new Promise<string>((resolve, reject) =>
      (res.send as Send).call(
        res,
        status,
        options,
        (error, response) => (error === null ? resolve(response.get('RSeq')) : reject(new Error(error))),
        (prack) => pracked.push(prack),
      ),
    );
    return { sent, pracked };
  };
  /** Everything the application has asked for until now has reached the server. */
  const heard = async (): Promise<void> => {
    const asking = request(srf, { uri: phone.uri, method: 'OPTIONS' });
    (await phone.request('OPTIONS')).tx.reply(200);
    await asking;
  };
  const rseqOf = (response: SipResponse): number => Number(response.get('rseq'));
  const prack = (early: Dialog, rack: string): Asked => phone.send(early.request('PRACK', { headers: { RAck: rack } }));

  it('repeats a reliable 183 at 0.5, 1, 2 ... seconds until its PRACK, which the application hears', async () => {
    const asked = phone.ask('INVITE', able, sdp(4000));
    const call = await calls.next();
    const { sent, pracked } = ring(call);
    const progress = await asked.response(183);
    expect([progress.get('require'), progress.get('contact')]).toEqual([
      '100rel',
      `<sip:127.0.0.1:${stage.server.sipPort}>`,
    ]);
    expect(rseqOf(progress)).toBeGreaterThan(0);
    expect(rseqOf(progress)).toBeLessThan(2 ** 31);
    expect(await sent).toBe(progress.get('rseq'));
    for (const ms of [500, 1000, 2000, 4000, 8000]) {
      stage.clock.advance(ms - 1);
      expect(stage.server.metrics().repeated).toBe(ms / 500 > 1 ? Math.log2(ms / 500) : 0);
      stage.clock.advance(1);
      const again = await asked.response(183);
      expect(again.get('rseq')).toBe(progress.get('rseq'));
    }
    const early = Dialog.caller(asked.request, progress);
    await prack(early, `${rseqOf(progress)} 1 INVITE`).response(200);
    expect((await pracked.next()).get('RAck')).toBe(`${rseqOf(progress)} 1 INVITE`);
    stage.clock.advance(40_000);
    expect(statuses(asked)).toEqual([100]);
    call.res.send(486);
    await asked.response(486);
    nothingLeft();
  });

  it('numbers reliable responses in a row, and sends the second when the first is acknowledged', async () => {
    const asked = phone.ask('INVITE', able, sdp(4000));
    const call = await calls.next();
    const first = ring(call);
    const second = ring(call, { headers: { Require: '100rel' } }, 180);
    const progress = await asked.response(183);
    await first.sent;
    call.res.send(182);
    await asked.response(182);
    expect(statuses(asked).filter((status) => status !== 100)).toEqual([]);
    const early = Dialog.caller(asked.request, progress);
    await prack(early, `${rseqOf(progress)} 1 INVITE`).response(200);
    const ringing = await asked.response(180);
    expect(rseqOf(ringing)).toBe(rseqOf(progress) + 1);
    expect(await second.sent).toBe(ringing.get('rseq'));
    await prack(early, `${rseqOf(ringing)} 1 INVITE`).response(200);
    call.res.send(603);
    await asked.response(603);
    nothingLeft();
  });

  it.each([
    ['another RSeq', (rseq: number) => `${rseq + 1} 1 INVITE`],
    ['another CSeq', (rseq: number) => `${rseq} 2 INVITE`],
    ['another method', (rseq: number) => `${rseq} 1 UPDATE`],
    ['no numbers', () => 'x'],
  ])('a PRACK with %s gets 481, and the response is repeated', async (_what, rack) => {
    const asked = phone.ask('INVITE', able, sdp(4000));
    const call = await calls.next();
    await ring(call).sent;
    const progress = await asked.response(183);
    const early = Dialog.caller(asked.request, progress);
    await prack(early, rack(rseqOf(progress))).response(481);
    stage.clock.advance(500);
    await asked.response(183);
    await prack(early, `${rseqOf(progress)} 1 INVITE`).response(200);
    await prack(early, `${rseqOf(progress)} 1 INVITE`).response(481);
    call.res.send(486);
    await asked.response(486);
    nothingLeft();
  });

  it('an answer waits for the PRACK of an offer, and its dialog goes on', async () => {
    const asked = phone.ask('INVITE', able, sdp(4000));
    const call = await calls.next();
    await ring(call).sent;
    const progress = await asked.response(183);
    const answering = srf.createUAS(call.req, call.res, { localSdp: sdp(5000) });
    await heard();
    const early = Dialog.caller(asked.request, progress);
    await prack(early, `${rseqOf(progress)} 1 INVITE`).response(200);
    expect(statuses(asked)[0]).not.toBe(200);
    const ok = await asked.response(200);
    expect(stage.server.metrics().sent['PRACK 200']).toBe(1);
    const near = (await answering) as unknown as NearDialog;
    const acked = once(near, 'ack');
    phone.acknowledge(asked, ok);
    await acked;
    const over = once(near, 'destroy');
    await phone.send(early.request('BYE')).response(200);
    await over;
    nothingLeft();
  });

  it('an answer does not wait for the PRACK of a response without a body, which is still taken', async () => {
    const asked = phone.ask('INVITE', able, sdp(4000));
    const call = await calls.next();
    await ring(call, { headers: { Require: '100rel' } }, 180).sent;
    const ringing = await asked.response(180);
    const near = (await srf.createUAS(call.req, call.res, { localSdp: sdp(5000) })) as unknown as NearDialog;
    const ok = await asked.response(200);
    stage.clock.advance(3_600);
    expect(statuses(asked)).not.toContain(180);
    const early = Dialog.caller(asked.request, ringing);
    await prack(early, `${rseqOf(ringing)} 1 INVITE`).response(200);
    const acked = once(near, 'ack');
    phone.acknowledge(asked, ok);
    await acked;
    await phone.send(early.request('BYE')).response(200);
    nothingLeft();
  });

  it('without a PRACK in 32 s it is refused with 503, and the application hears that it is over', async () => {
    const asked = phone.ask('INVITE', able, sdp(4000));
    const call = await calls.next();
    const over = once(call.req as unknown as NodeJS.EventEmitter, 'cancel');
    await ring(call).sent;
    stage.clock.advance(31_999);
    expect(statuses(asked)).not.toContain(503);
    stage.clock.advance(1);
    expect((await asked.response(503)).reason).toBe('Reliable Response Time-Out');
    const [cancel] = (await over) as [SrfRequest];
    expect(cancel.get('Reason')).toBe('SIP;cause=503;text="Reliable Response Time-Out"');
    nothingLeft();
  });

  it('without a PRACK an answer that waits for it fails', async () => {
    const asked = phone.ask('INVITE', able, sdp(4000));
    const call = await calls.next();
    await ring(call).sent;
    const answering = srf.createUAS(call.req, call.res, { localSdp: sdp(5000) });
    const failed = expect(answering).rejects.toBe('Response not sent due to unknown transaction');
    await heard();
    stage.clock.advance(32_000);
    await asked.response(503);
    await failed;
    nothingLeft();
  });

  it('a caller who cancels is not rung again', async () => {
    const asked = phone.ask('INVITE', able, sdp(4000));
    await ring(await calls.next()).sent;
    await asked.response(183);
    asked.transaction?.cancel();
    await asked.response(487);
    await soon(() => stage.server.metrics().received['ACK']).toBe(1);
    const { repeated } = stage.server.metrics();
    stage.clock.advance(40_000);
    expect([stage.server.metrics().repeated, statuses(asked)]).toEqual([repeated, [100]]);
    expect(stage.log.lines.map(({ text }) => text)).not.toContain('no PRACK for a reliable provisional response');
    nothingLeft();
  });

  it('is not for a phone that does not know how: the application is told, and may go on without', async () => {
    const asked = phone.ask('INVITE', { Supported: 'timer' }, sdp(4000));
    const call = await calls.next();
    await expect(ring(call).sent).rejects.toThrow('Remote endpoint does not support 100rel');
    call.res.send(183, { headers: {} });
    expect((await asked.response(183)).has('rseq')).toBe(false);
    call.res.send(486);
    await asked.response(486);
    nothingLeft();
  });

  it('is done for a phone that insists, without the application, which never sees the PRACK', async () => {
    const asked = phone.ask('INVITE', { Require: '100rel' }, sdp(4000));
    const call = await calls.next();
    call.res.send(180);
    const ringing = await asked.response(180);
    expect([ringing.get('require'), rseqOf(ringing)]).toEqual(['100rel', expect.any(Number)]);
    await prack(Dialog.caller(asked.request, ringing), `${rseqOf(ringing)} 1 INVITE`).response(200);
    expect(stage.server.dump().received).toEqual({
      [(call.req as unknown as { stackTxnId: string }).stackTxnId]: 'INVITE',
    });
    call.res.send(486);
    await asked.response(486);
    nothingLeft();
  });

  it('a client that has gone leaves nobody waiting', async () => {
    const asked = phone.ask('INVITE', able, sdp(4000));
    await ring(await calls.next()).sent;
    const progress = await asked.response(183);
    srf.disconnect();
    await soon(() => stage.server.metrics().clients).toBe(0);
    await prack(Dialog.caller(asked.request, progress), `${rseqOf(progress)} 1 INVITE`).response(200);
    stage.clock.advance(64_000);
    await asked.response(480);
    nothingLeft();
  });
});

describe('a call out, whose ringing is acknowledged', () => {
  const reliable = (request: SipRequest, tag: string, rseq: number, status = 183): SipResponse => {
    const response = SipResponse.to(request, status, undefined, tag).add('Contact', phone.contact);
    response.add('Require', '100rel').add('RSeq', String(rseq)).add('Content-Type', 'application/sdp');
    response.body = Buffer.from(sdp(4000));
    return response;
  };
  const ringing = async () => {
    const told = new Inbox<SrfResponse>();
    const calling = srf.createUAC(
      phone.uri,
      { localSdp: sdp(5000), headers: { Supported: '100rel' } },
      {
        cbProvisional: (res: SrfResponse) => told.push(res),
      },
    );
    calling.catch(() => undefined);
    const offered = await phone.request('INVITE');
    return { calling, told, ...offered };
  };
  const pracked = async (): Promise<{ tx: ServerTransaction; request: SipRequest }> => {
    const prack = await phone.request('PRACK');
    prack.tx.reply(200);
    return prack;
  };

  it('the application acknowledges it, and the dialog goes on with the numbers after', async () => {
    const { calling, told, tx, request } = await ringing();
    tx.respond(reliable(request, tx.toTag, 7));
    const { request: first } = await pracked();
    expect([first.uri, first.get('rack'), first.to.tag, first.cseq.number]).toEqual([
      phone.uri,
      `7 ${request.cseq.number} INVITE`,
      tx.toTag,
      request.cseq.number + 1,
    ]);
    tx.respond(reliable(request, tx.toTag, 8, 180));
    expect((await pracked()).request.get('rack')).toBe(`8 ${request.cseq.number} INVITE`);
    const far = phone.accept({ tx, request });
    const ack = await phone.ack();
    expect(ack.cseq.number).toBe(request.cseq.number);
    const near = (await calling) as unknown as NearDialog;
    expect(told.rest.map(({ status }) => status)).toEqual([183, 180]);
    const ending = near.destroy();
    const bye = await phone.request('BYE');
    expect(bye.request.cseq.number).toBe(request.cseq.number + 3);
    expect(far.receive(bye.request)).toBe(true);
    bye.tx.reply(200);
    await ending;
    nothingLeft();
  });

  it('takes each response once, and none before its turn', async () => {
    const { told, tx, request } = await ringing();
    tx.respond(reliable(request, tx.toTag, 7));
    await pracked();
    for (const rseq of [7, 9, 6]) tx.respond(reliable(request, tx.toTag, rseq));
    tx.respond(reliable(request, tx.toTag, 8, 180));
    expect((await pracked()).request.get('rack')).toBe(`8 ${request.cseq.number} INVITE`);
    expect(told.rest.map(({ status }) => status)).toEqual([183, 180]);
    expect(phone.unexpected).toEqual([]);
    tx.reply(486);
    await soon(() => stage.server.metrics().received['INVITE 486']).toBe(1);
    nothingLeft();
  });

  it('acknowledges each branch in its own dialog, whatever their numbers', async () => {
    const { tx, request } = await ringing();
    tx.respond(reliable(request, 'one', 7));
    expect((await pracked()).request.to.tag).toBe('one');
    tx.respond(reliable(request, 'two', 7));
    const second = await pracked();
    expect([second.request.to.tag, second.request.cseq.number]).toEqual(['two', request.cseq.number + 1]);
    tx.respond(reliable(request, 'one', 8));
    expect((await pracked()).request.to.tag).toBe('one');
    tx.reply(486);
    await soon(() => stage.server.metrics().received['INVITE 486']).toBe(1);
    nothingLeft();
  });

  it('without a tag it cannot be acknowledged and is not told', async () => {
    const { told, tx, request } = await ringing();
    const nameless = SipResponse.to(request, 183).add('Require', '100rel').add('RSeq', '5');
    tx.respond(nameless);
    tx.respond(reliable(request, tx.toTag, 7));
    await pracked();
    expect(told.rest).toHaveLength(1);
    tx.reply(486);
    await soon(() => stage.server.metrics().received['INVITE 486']).toBe(1);
    nothingLeft();
  });

  it('the application may update the session before the answer', async () => {
    const { calling, told, tx, request: invite } = await ringing();
    tx.respond(reliable(invite, tx.toTag, 7));
    await pracked();
    const { stackDialogId } = (await told.next()) as unknown as { stackDialogId: string };
    const updating = { uri: 'sip:placeholder', method: 'UPDATE', stackDialogId, body: sdp(5002) };
    const updated = request(srf, updating);
    const update = await phone.request('UPDATE');
    expect([update.request.body.toString(), update.request.get('content-type'), update.request.to.tag]).toEqual([
      sdp(5002),
      'application/sdp',
      tx.toTag,
    ]);
    update.tx.reply(200);
    expect((await updated).status).toBe(200);
    tx.reply(486);
    await expect(calling).rejects.toMatchObject({ status: 486 });
    await expect(request(srf, updating)).rejects.toThrow('unable to find dialog');
    nothingLeft();
  });
});
