import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Dialog, dialogKey } from '#sip-stack/dialog.ts';
import { SipRequest, type SipResponse } from '#sip-stack/message.ts';
import { TransactionLayer } from '#sip-stack/transactions.ts';
import { token } from '#sip-stack/token.ts';
import { UdpTransport } from '#sip-stack/udp-transport.ts';
import { EslClient } from './testing/esl-client.ts';
import { startMediaServer, type MediaServer } from './server.ts';

/** A scripted SIP peer and a scripted controller: what drachtio-srf never does, phones and networks do. */

const host = '127.0.0.1';
const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 0 101',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');

let media: MediaServer;
let layer: TransactionLayer;
let transport: UdpTransport;
let controller: Server;
let controllers: EslClient[];
let wantsController: ((esl: EslClient) => void)[];
const received: SipRequest[] = [];
let wantsRequest: ((request: SipRequest) => void)[];

beforeEach(async () => {
  const eventSocket = { host, port: 0, password: 'word' };
  media = await startMediaServer({
    sip: { host, port: 0 },
    eventSocket,
    rtp: { host, portMin: 0, portMax: 0 },
    maxSessions: 2,
  });
  transport = await UdpTransport.bind(host, 0);
  layer = new TransactionLayer(transport);
  received.length = 0;
  wantsRequest = [];
  layer.onRequest = (transaction, request) => {
    transaction.reply(200);
    const wants = wantsRequest.shift();
    if (wants) wants(request);
    else received.push(request);
  };
  controllers = [];
  wantsController = [];
  controller = createServer((socket) => {
    const esl = EslClient.of(socket);
    controllers.push(esl);
    wantsController.shift()?.(esl);
  });
  await new Promise<void>((resolve) => controller.listen(0, host, resolve));
});
afterEach(async () => {
  for (const esl of controllers) esl.close();
  controller.close();
  await media.close();
  layer.close();
  await transport.close();
});

const request = (): Promise<SipRequest> => {
  const one = received.shift();
  return one ? Promise.resolve(one) : new Promise((resolve) => wantsRequest.push(resolve));
};
const controlled = (): Promise<EslClient> => {
  const one = controllers.shift();
  return one ? Promise.resolve(one) : new Promise((resolve) => wantsController.push(resolve));
};
const destination = (): { address: string; port: number } => ({ address: host, port: media.sipPort });

/** Sends a request and resolves with its final response. */
const send = (message: SipRequest): Promise<SipResponse> =>
  new Promise((resolve, reject) => {
    layer.request(message, destination(), {
      response: (response) => response.status >= 200 && resolve(response),
      timeout: () => reject(new Error('timeout')),
    });
  });

const invite = (body = SDP, headers: Record<string, string> = {}): SipRequest => {
  const message = new SipRequest('INVITE', `sip:drachtio@${host}:${media.sipPort}`);
  message.set('Max-Forwards', '70').set('From', `<sip:app@${host}>;tag=${token()}`).set('To', `<sip:drachtio@${host}>`);
  message.set('Call-ID', token()).set('CSeq', '1 INVITE').set('Contact', `<sip:app@${host}:${transport.local.port}>`);
  message
    .set('User-Agent', 'drachtio-fsmrf:1-2-3')
    .set('X-esl-outbound', `${host}:${(controller.address() as AddressInfo).port}`);
  if (body !== '') message.set('Content-Type', 'application/sdp').body = Buffer.from(body);
  return message.setAll(headers);
};

/** An endpoint that is up: its dialog and its controller, connected and subscribed. */
const up = async (): Promise<{ dialog: Dialog; esl: EslClient; answer: SipResponse }> => {
  const message = invite();
  const answer = await send(message);
  const dialog = Dialog.caller(message, answer);
  layer.sendStateless(dialog.ack(1), destination());
  const esl = await controlled();
  await esl.command('connect');
  await esl.command('event json DTMF CHANNEL_CALLSTATE');
  return { dialog, esl, answer };
};
const inDialog = (dialog: Dialog, method: string, body = '', type = 'application/sdp'): Promise<SipResponse> =>
  send(dialog.request(method, body === '' ? {} : { body, headers: { 'Content-Type': type } }));

describe('an INVITE', () => {
  it('is answered 200 with Contact, To tag and an SDP of ours', async () => {
    const { answer } = await up();
    expect([answer.status, answer.to.tag === undefined, answer.get('content-type')]).toEqual([
      200,
      false,
      'application/sdp',
    ]);
    expect(answer.get('contact')).toBe(`<sip:mod_sofia@${host}:${media.sipPort}>`);
    expect(answer.body.toString()).toMatch(/m=audio \d+ RTP\/AVP 0 101/);
  });

  it.each([
    ['of somebody else than a controller', SDP, { 'User-Agent': 'phone' }, 603],
    ['without a place to connect to', SDP, { 'X-esl-outbound': 'http://x/' }, 603],
    ['with a body that is no SDP', 'hello', { 'Content-Type': 'text/plain' }, 415],
    ['with a broken SDP', 'v=7', {}, 488],
    ['that requires what we do not know', SDP, { Require: '100rel' }, 420],
  ])('%s is refused', async (_, body, headers, status) => {
    expect((await send(invite(body, headers))).status).toBe(status);
    expect(media.metrics().channels).toBe(0);
  });

  it('beyond the most sessions is refused with 503 and Retry-After', async () => {
    await up();
    await up();
    const refused = await send(invite());
    expect([refused.status, refused.get('retry-after')]).toEqual([503, '5']);
  });

  it('without an offer gets one; the controller is called only after the ACK with the answer', async () => {
    const message = invite('');
    const answer = await send(message);
    expect(answer.body.toString()).toMatch(/m=audio \d+ RTP\/AVP 0 8 101/);
    const dialog = Dialog.caller(message, answer);
    expect(controllers).toHaveLength(0);
    const ack = dialog.ack(1, { body: SDP, headers: { 'Content-Type': 'application/sdp' } });
    layer.sendStateless(ack, destination());
    const { headers } = await (await controlled()).command('connect');
    expect(headers['variable_remote_media_port']).toBe('4000');
  });

  it('whose ACK brings no usable answer is ended with BYE', async () => {
    const message = invite('');
    const dialog = Dialog.caller(message, await send(message));
    layer.sendStateless(dialog.ack(1), destination());
    const bye = await request();
    expect([bye.method, bye.get('reason')]).toEqual(['BYE', 'Q.850;cause=88;text="INCOMPATIBLE_DESTINATION"']);
    expect(dialogKey(bye)).toBe(dialog.id);
  });
});

describe('inside the dialog', () => {
  it('a re-INVITE changes the peer; one without a common codec is refused and changes nothing', async () => {
    const { dialog, esl } = await up();
    const moved = await inDialog(dialog, 'INVITE', SDP.replace('audio 4000', 'audio 4444'));
    layer.sendStateless(dialog.ack(dialog.localSequence), destination());
    expect(moved.status).toBe(200);
    const port = async (): Promise<string> => (await esl.command('getvar remote_media_port')).headers['Reply-Text']!;
    expect(await port()).toBe('4444');
    expect((await inDialog(dialog, 'INVITE', SDP.replace('AVP 0 101', 'AVP 3'))).status).toBe(488);
    expect(await port()).toBe('4444');
    expect((await inDialog(dialog, 'UPDATE', SDP.replace('audio 4000', 'audio 5555'))).status).toBe(200);
    expect(await port()).toBe('5555');
  });

  it('a re-INVITE without an offer gets ours, and its ACK is the answer', async () => {
    const { dialog, esl } = await up();
    const answer = await inDialog(dialog, 'INVITE');
    expect(answer.body.toString()).toContain('m=audio');
    const body = SDP.replace('audio 4000', 'audio 4646');
    layer.sendStateless(
      dialog.ack(dialog.localSequence, { body, headers: { 'Content-Type': 'application/sdp' } }),
      destination(),
    );
    let port = '';
    while (port !== '4646') port = (await esl.command('getvar remote_media_port')).headers['Reply-Text']!;
  });

  it.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', 200, ['5', '1280']],
    ['application/dtmf-relay', 'Signal= #\r\nDuration= 250\r\n', 200, ['#', '2000']],
    ['application/dtmf', '7', 200, ['7', '2000']],
    ['application/dtmf-relay', 'Signal=XY\r\n', 400, null],
    ['text/plain', 'hello', 415, null],
  ])('INFO %s %j is answered %i and heard as a key', async (type, body, status, key) => {
    const { dialog, esl } = await up();
    expect((await inDialog(dialog, 'INFO', body, type)).status).toBe(status);
    if (!key) return;
    const event = await esl.event('DTMF');
    expect([event['DTMF-Digit'], event['DTMF-Duration'], event['DTMF-Source']]).toEqual([...key, 'ENDPOINT']);
  });

  it('OPTIONS is answered, an unknown method is not understood, an old CSeq is refused', async () => {
    const { dialog } = await up();
    expect((await inDialog(dialog, 'OPTIONS')).status).toBe(200);
    expect((await inDialog(dialog, 'MESSAGE', 'x', 'text/plain')).status).toBe(501);
    dialog.localSequence = 0;
    expect((await inDialog(dialog, 'OPTIONS')).status).toBe(500);
  });

  it('BYE may say why: the cause of its Reason is that of the channel', async () => {
    const { dialog, esl } = await up();
    await esl.command('event json CHANNEL_HANGUP_COMPLETE');
    await send(dialog.request('BYE', { headers: { Reason: 'Q.850;cause=17;text="busy"' } }));
    expect(await esl.event('CHANNEL_HANGUP_COMPLETE')).toMatchObject({
      'Hangup-Cause': 'USER_BUSY',
      variable_hangup_cause_q850: '17',
      variable_sip_hangup_disposition: 'recv_bye',
    });
  });

  it('BYE ends the channel and tells the controller; a second one finds nothing', async () => {
    const { dialog, esl } = await up();
    expect((await inDialog(dialog, 'BYE')).status).toBe(200);
    expect(await esl.event('CHANNEL_CALLSTATE')).toMatchObject({
      'Channel-Call-State': 'HANGUP',
      'Hangup-Cause': 'NORMAL_CLEARING',
    });
    expect((await inDialog(dialog, 'BYE')).status).toBe(481);
    expect(media.metrics().channels).toBe(0);
  });

  it.each([
    ['hangup', '', 'Q.850;cause=16;text="NORMAL_CLEARING"'],
    ['hangup', 'USER_BUSY', 'Q.850;cause=17;text="USER_BUSY"'],
    ['hangup', 'ALLOTTED_TIMEOUT', 'SIP;cause=802;text="ALLOTTED_TIMEOUT"'],
    ['hangup', 'MEDIA_TIMEOUT', 'SIP;cause=804;text="MEDIA_TIMEOUT"'],
  ])('the application %s %s sends BYE with %s', async (app, argument, reason) => {
    const { dialog, esl } = await up();
    esl.write(`sendmsg\ncall-command: execute\nexecute-app-name: ${app}\nexecute-app-arg: ${argument}\n\n`);
    const bye = await request();
    expect([bye.method, bye.get('reason'), dialogKey(bye)]).toEqual(['BYE', reason, dialog.id]);
  });

  it('a request of no dialog of ours gets 481, one outside 405, OPTIONS outside 200', async () => {
    const stray = invite().set('To', `<sip:drachtio@${host}>;tag=nobody`);
    expect((await send(stray)).status).toBe(481);
    const outside = (method: string): SipRequest => {
      const message = invite('').set('CSeq', `1 ${method}`);
      message.method = method;
      return message;
    };
    expect((await send(outside('REGISTER'))).status).toBe(405);
    expect((await send(outside('OPTIONS'))).status).toBe(200);
    expect((await send(outside('BYE'))).status).toBe(481);
  });
});
