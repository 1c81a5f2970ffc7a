import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
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
const nothingLeft = (): void => expect(stage.leftovers()).toEqual(nothing);

const sent = (res: SrfResponse, status: number, headers = {}): Promise<unknown> =>
  new Promise((resolve, reject) =>
    (res as unknown as { send(s: number, o: object, f: (error: unknown, message: unknown) => void): void }).send(
      status,
      { headers },
      (error, message) => (error ? reject(error) : resolve(message)),
    ),
  );

describe('the server turns away', () => {
  it('what no application wants', async () => {
    for (const method of ['OPTIONS', 'REGISTER', 'MESSAGE', 'REFER'])
      expect((await phone.ask(method).response(503)).reason).toBe('Service Unavailable');
    srf.disconnect();
    await soon(() => stage.server.metrics().clients).toBe(0);
    expect((await phone.ask('INVITE').response(503)).status).toBe(503);
    expect(stage.server.metrics().refused).toEqual({ 503: 5 });
    expect(stage.log.lines.filter(({ text }) => text === 'request refused').at(-1)).toMatchObject({
      level: 'info',
      facts: { method: 'INVITE', status: 503, why: 'no client for this method', from: `127.0.0.1:${phone.port}` },
    });
  });

  it.each(['INVITE', 'BYE', 'UPDATE', 'INFO', 'OPTIONS', 'NOTIFY', 'MESSAGE', 'REFER', 'PRACK'])(
    '%s of an unknown dialog: 481',
    async (method) => {
      const asked = phone.ask(method, { To: '<sip:100@127.0.0.1>;tag=gone', Contact: phone.contact });
      expect((await asked.response(481)).status).toBe(481);
    },
  );

  it.each(['BYE', 'UPDATE', 'PRACK'])('%s outside of dialogs: 481', async (method) => {
    expect((await phone.ask(method).response(481)).status).toBe(481);
  });

  it('methods nobody knows: 501', async () => {
    expect((await phone.ask('FLY').response(501)).status).toBe(501);
  });

  it.each<[string, Record<string, string | string[]>]>([
    ['INVITE', { Contact: [] }],
    ['INVITE', { Contact: '"x <sip:a>' }],
    ['INVITE', { Contact: '<sip:a@h>, <sip:b@h>' }],
    ['INVITE', { From: '<sip:a@h>' }],
    ['INVITE', { Contact: '*' }],
    ['INVITE', { 'Session-Expires': 'soon' }],
    ['REGISTER', { Contact: '*', Expires: '60' }],
    ['REGISTER', { Contact: ['*', '<sip:a@h>'], Expires: '0' }],
    ['OPTIONS', { 'Call-ID': 'a|b' }],
    ['OPTIONS', { From: '<sip:a@h>;tag=a|b' }],
  ])('%s with %j: 400', async (method, headers) => {
    const { Contact, ...others } = headers;
    const asked = phone.ask(method, Contact === undefined ? others : { ...others, Contact });
    expect((await asked.response(400)).status).toBe(400);
    expect(calls.rest).toEqual([]);
  });

  it('what is no SIP, and goes on', async () => {
    phone.raw('hello\r\n\r\n');
    phone.raw(Buffer.alloc(9000, 65));
    const start = `OPTIONS sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${phone.port};branch=z9hG4bKx\r\n`;
    for (const cseq of ['1 OPTIONS', 'x']) phone.raw(`${start}CSeq: ${cseq}\r\n\r\n`);
    await soon(() => stage.server.metrics()).toMatchObject({
      malformed: 4,
      sent: { 'OPTIONS 400': 1, 'other 400': 1 },
    });
    phone.ask('INVITE', {}, sdp(4000));
    await calls.next();
  });

  it('another branch of an INVITE that rings, or was answered', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const same = { From: asked.request.get('from') ?? '', 'Call-ID': asked.request.callId };
    const { req, res } = await calls.next();
    expect((await phone.ask('INVITE', same).response(482)).reason).toBe('Loop Detected');
    await srf.createUAS(req, res, { localSdp: sdp(5000) });
    expect((await phone.ask('INVITE', same).response(480)).status).toBe(480);
    expect(calls.rest).toEqual([]);
  });

  it('a second INVITE before the ACK of the first', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { ok } = await answered(asked);
    const far = Dialog.caller(asked.request, ok);
    expect((await phone.send(far.request('INVITE')).response(491)).status).toBe(491);
  });
});

describe('other requests in', () => {
  beforeEach(() => application('register', 'options', 'message', 'info'));

  it('a registration is challenged and accepted by the application', async () => {
    const asked = phone.ask('REGISTER', { Contact: phone.contact });
    const first = await calls.next();
    first.res.send(401, { headers: { 'www-authenticate': 'Digest realm="home", nonce="n"' } });
    const challenge = await asked.response(401);
    expect(challenge.headers.map(({ name }) => name)).toContain('WWW-Authenticate');
    const again = phone.ask('REGISTER', { Contact: phone.contact, Authorization: 'Digest username="1"' });
    const second = await calls.next();
    expect(second.req.get('Authorization')).toBe('Digest username="1"');
    second.res.send(200, { headers: { Contact: `${phone.contact};expires=60` } });
    expect((await again.response(200)).get('contact')).toBe(`${phone.contact};expires=60`);
    nothingLeft();
  });

  it('is dropped without a word when the application says none: the asker has given up', async () => {
    phone.ask('OPTIONS');
    const { res } = await calls.next();
    stage.clock.advance(32_000);
    expect(stage.server.metrics().sent).toEqual({});
    await expect(sent(res, 200)).rejects.toEqual('Response not sent due to unknown transaction');
    nothingLeft();
  });

  it('INFO while the phone still rings reaches the application', async () => {
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const { res } = await calls.next();
    res.send(180);
    const ringing = await asked.response(180);
    const early = Dialog.caller(asked.request, ringing);
    const info = phone.send(early.request('INFO'));
    const told = await calls.next(({ req }) => req.method === 'INFO');
    told.res.send(200);
    await info.response(200);
    // UPDATE goes to the INVITE; one at a time. Without a listener the library answers 500.
    expect((await phone.send(early.request('UPDATE')).response(500)).get('retry-after')).toBe('5');
    expect((await phone.send(early.request('BYE')).response(481)).status).toBe(481);
  });
});

it('several applications take turns, and each call stays with its own', async () => {
  await application('invite');
  const first = phone.ask('INVITE', {}, sdp(4000));
  const a = await calls.next();
  const second = phone.ask('INVITE', {}, sdp(4000));
  const b = await calls.next();
  const sockets = [a, b].map(({ req }) => (req as unknown as { socket: unknown }).socket);
  expect(sockets[0]).not.toBe(sockets[1]);
  a.res.send(404);
  b.res.send(486);
  await Promise.all([first.response(404), second.response(486)]);
});
