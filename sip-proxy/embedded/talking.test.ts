import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SipResponse } from '#sip-stack/message.ts';
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
const nothingLeft = (): void => expect(stage.leftovers()).toEqual(nothing);

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

  it('our INVITE that meets theirs is refused to the application, and the call goes on', async () => {
    const { near } = await connected();
    const changing = near.modify(sdp(5002));
    const refused = expect(changing).rejects.toMatchObject({ status: 491 });
    (await phone.request('INVITE')).tx.reply(491);
    await refused;
    const asking = near.request({ method: 'INFO' });
    (await phone.request('INFO')).tx.reply(200);
    expect((await asking).status).toBe(200);
    expect(stage.server.dump().dialogs).toHaveLength(1);
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
    await soon(() => stage.server.metrics().received['INVITE 100']).toBe(1);
    await phone.send(far.request('BYE')).response(200);
    await phone.cancelled.next();
    await soon(() => stage.server.metrics().received['INVITE 487']).toBe(1);
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
