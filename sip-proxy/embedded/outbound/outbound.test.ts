import Srf, { type SrfRequest, type SrfResponse } from 'drachtio-srf';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StreamTransport } from '#sip-stack/stream-transport.ts';
import type { NearDialog } from '../testing/application.ts';
import { Inbox } from '../testing/inbox.ts';
import { sdp, Phone } from '../testing/phone.ts';
import { soon } from '../testing/soon.ts';
import { nothing, secret, Stage } from '../testing/stage.ts';
import type { RequestHandler } from './request-handler.ts';

interface Asked {
  readonly url: URL;
  readonly message: IncomingMessage;
  readonly body: string;
  answer(json: unknown, status?: number, headers?: object): void;
}
interface Call {
  readonly req: SrfRequest;
  readonly res: SrfResponse;
}
/** What `srf.listen` has and its declaration leaves out. */
interface Listening {
  listen(options: object): Server;
  endSession(message: SrfRequest): void;
  invite(take: (req: SrfRequest, res: SrfResponse) => void): void;
  close(): void;
}

const closing: (() => unknown)[] = [];
let questions: Inbox<Asked>;
let stage: Stage;
let phone: Phone;

/** A web server that answers as the test says. */
const web = async (): Promise<string> => {
  const server = createServer((message: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () =>
      questions.push({
        url: new URL(message.url ?? '', 'http://x'),
        message,
        body: Buffer.concat(chunks).toString(),
        answer: (json, status = 200, headers = {}) => {
          response.writeHead(status, { ...headers });
          response.end(typeof json === 'string' ? json : JSON.stringify(json));
        },
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** An application that listens. */
const application = async (calls: Inbox<Call>, word = secret) => {
  const srf = new Srf();
  const app = srf as unknown as Listening;
  srf.on('error', () => undefined);
  app.invite((req, res) => calls.push({ req, res }));
  const server = app.listen({ host: '127.0.0.1', port: 0, secret: word });
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { srf, app, sockets, port: (server.address() as AddressInfo).port };
};

/** A port where nobody listens. */
const silentPort = async (): Promise<number> => {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const open = async (...handlers: Partial<RequestHandler>[]): Promise<void> => {
  stage = await Stage.open({
    handlers: handlers.map((handler) => ({
      sipMethod: '*',
      httpMethod: 'GET',
      url: '',
      verifyPeer: false,
      ...handler,
    })),
  });
  phone = await stage.phone();
};

beforeEach(() => {
  questions = new Inbox();
});
afterEach(async () => {
  await stage.close();
  for (const close of closing.splice(0)) await close();
});

const nothingLeft = (): void => expect(stage.leftovers()).toEqual(nothing);
const refusals = () => soon(() => stage.server.metrics().received['ACK']).toBe(1);

describe('a web handler', () => {
  it('is told what the request came by', async () => {
    const contacts = [{ protocol: 'tcp', host: '127.0.0.1', port: 0 }] as const;
    const handler = { sipMethod: '*', httpMethod: 'GET', url: await web(), verifyPeer: false } as const;
    stage = await Stage.open({ contacts, handlers: [handler] });
    const port = Number(stage.server.contacts.at(-1)?.split(':').at(-1));
    const caller = Phone.over(await StreamTransport.listen('127.0.0.1', 0), { address: '127.0.0.1', port });
    stage.onClose(() => caller.close());
    const asked = caller.ask('MESSAGE');
    const question = await questions.next();
    expect(question.url.searchParams.get('protocol')).toBe('tcp');
    question.answer({ action: 'reject', data: { status: 486 } });
    await asked.response(486);
  });

  it('is told what the decision may need, and rejects', async () => {
    await open({ url: await web() });
    const asked = phone.ask('INVITE', { From: '<sip:ann@127.0.0.1>;tag=f', To: '<sip:bob@127.0.0.1>' }, sdp(4000));
    const question = await questions.next();
    expect(question.url.pathname).toBe('/');
    expect(Object.fromEntries(question.url.searchParams)).toEqual({
      method: 'INVITE',
      domain: '127.0.0.1',
      protocol: 'udp',
      source_address: '127.0.0.1',
      fromUser: 'ann',
      toUser: 'bob',
      uriUser: '100',
      contentType: 'application/sdp',
      uri: asked.request.uri,
    });
    expect([question.message.method, question.message.headers.accept, question.body]).toEqual([
      'GET',
      'application/json',
      '',
    ]);
    await asked.response(100);
    question.answer({ action: 'reject', data: { status: 486, reason: 'Not Now' } });
    expect((await asked.response(486)).reason).toBe('Not Now');
    await refusals();
    nothingLeft();
  });

  it('is told by POST what came', async () => {
    await open({ url: `${await web()}/where/`, httpMethod: 'POST' });
    const request = phone.ask('MESSAGE').request;
    const question = await questions.next();
    question.answer({ action: 'reject', data: { status: 404 } });
    expect([question.url.pathname, question.message.method, question.message.headers['content-type']]).toEqual([
      '/where/',
      'POST',
      'text/plain; charset=UTF-8',
    ]);
    expect(question.body).toContain(`Call-ID: ${request.callId}\r\n`);
    const again = phone.ask('MESSAGE');
    await questions.next().then((one) => one.answer({ action: 'reject', data: { status: 404, reason: null } }));
    await again.response(404);
  });

  it('redirects', async () => {
    await open({ url: await web() });
    const asked = phone.ask('INVITE', {}, sdp(4000));
    (await questions.next()).answer({ action: 'redirect', data: { contact: ['sip:a@x', '<sip:b@x>'] } });
    expect((await asked.response(302)).getAll('contact')).toEqual(['sip:a@x', '<sip:b@x>']);
    await refusals();
    const single = phone.ask('MESSAGE');
    (await questions.next()).answer({ action: 'redirect', data: { contact: 'sip:a@x' } });
    expect((await single.response(302)).getAll('contact')).toEqual(['sip:a@x']);
    nothingLeft();
  });

  it('passes on, following redirections unless told otherwise', async () => {
    await open({ url: await web() });
    const [one, two] = [await stage.phone(), await stage.phone()];
    const asked = phone.ask('INVITE', {}, sdp(4000));
    (await questions.next()).answer({ action: 'proxy', data: { destination: one.uri, recordRoute: true } });
    const offered = await one.request('INVITE');
    expect(offered.request.has('record-route')).toBe(true);
    offered.tx.reply(302, { headers: { Contact: `<${two.uri}>` } });
    (await two.request('INVITE')).tx.reply(486);
    await asked.response(486);
    await refusals();
    const silent = phone.ask('INVITE', {}, sdp(4000));
    (await questions.next()).answer({
      action: 'proxy',
      data: { destination: [one.uri, two.uri], followRedirects: false },
    });
    const unanswered = await one.request('INVITE');
    expect(unanswered.request.has('record-route')).toBe(false);
    stage.clock.advance(5_000);
    (await two.request('INVITE')).tx.reply(302, { headers: { Contact: '<sip:a@127.0.0.1>' } });
    await silent.response(302);
  });

  it('passes on to nowhere with 500, and not what has used up its hops', async () => {
    await open({ url: await web() });
    const asked = phone.ask('MESSAGE');
    (await questions.next()).answer({ action: 'proxy', data: { destination: 'tel:100' } });
    await asked.response(500);
    const tired = phone.ask('MESSAGE', { 'Max-Forwards': '0' });
    (await questions.next()).answer({ action: 'proxy', data: { destination: phone.uri } });
    await tired.response(483);
    nothingLeft();
  });

  it.each<[string, unknown]>([
    ['no JSON', 'hello'],
    ['no object', [1]],
    ['an unknown action', { action: 'dance', data: {} }],
    ['no data', { action: 'reject' }],
    ['a status that is none', { action: 'reject', data: { status: '486' } }],
    ['a status that accepts', { action: 'reject', data: { status: 200 } }],
    ['no contact', { action: 'redirect', data: {} }],
    ['no way to route', { action: 'route', data: {} }],
    ['an address without a port', { action: 'route', data: { uri: 'somewhere' } }],
    ['too much', { action: 'reject', data: { status: 404, reason: 'x'.repeat(16_384) } }],
  ])('that says %s costs the caller a 500', async (_what, answer) => {
    await open({ url: await web() });
    const asked = phone.ask('MESSAGE');
    (await questions.next()).answer(answer);
    await asked.response(500);
    expect(stage.log.lines.map(({ text }) => text)).toContain('a web handler did not say what to do');
    nothingLeft();
  });

  it('that is silent for 3 s, or not there, costs a 500', async () => {
    await open({ url: await web() }, { sipMethod: 'OPTIONS', url: `http://127.0.0.1:${await silentPort()}` });
    const asked = phone.ask('MESSAGE');
    await questions.next();
    stage.clock.advance(2_999);
    expect(asked.responses.rest).toEqual([]);
    stage.clock.advance(1);
    await asked.response(500);
    await phone.ask('OPTIONS').response(500);
    nothingLeft();
  });

  it('may send us elsewhere, but not for ever', async () => {
    const url = await web();
    await open({ url });
    const asked = phone.ask('MESSAGE');
    (await questions.next()).answer('', 302, { location: '/there' });
    const second = await questions.next();
    expect(second.url.pathname).toBe('/there');
    second.answer({ action: 'reject', data: { status: 403 } });
    await asked.response(403);
    const lost = phone.ask('MESSAGE');
    for (let i = 0; i < 6; i++) (await questions.next()).answer('', 302, { location: '/there' });
    await lost.response(500);
    nothingLeft();
  });

  it('a caller who gives up meanwhile is let go, and nobody gets the call', async () => {
    const calls = new Inbox<Call>();
    const app = await application(calls);
    await open({ url: await web() });
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const question = await questions.next();
    await asked.response(100);
    asked.transaction?.cancel();
    await asked.response(487);
    question.answer({ action: 'route', data: { uri: `127.0.0.1:${app.port}` } });
    await refusals();
    await soon(() => stage.server.dump().undecided).toBe(0);
    expect([calls.rest.length, app.sockets.size]).toEqual([0, 0]);
    nothingLeft();
  });

  it('routes by tag, in turn', async () => {
    const told = new Inbox<string>();
    await open({ url: await web() });
    for (const [i, tags] of [['red'], ['red', 'blue'], ['green']].entries()) {
      const srf = new Srf(tags);
      (srf as unknown as Listening).invite((_req, res) => {
        told.push(String(i));
        res.send(486);
      });
      await stage.connect(srf);
      await soon(() => Object.values(stage.server.dump().routes).flat()).toHaveLength(i + 1);
    }
    const route = async (tag: string): Promise<string> => {
      const asked = phone.ask('INVITE', {}, sdp(4000));
      (await questions.next()).answer({ action: 'route', data: { tag } });
      const who = await told.next();
      await asked.response(486);
      return who;
    };
    expect([await route('red'), await route('red'), await route('red')]).toEqual(['0', '1', '0']);
    expect([await route('green'), await route('blue'), await route('blue')]).toEqual(['2', '1', '1']);
    const asked = phone.ask('INVITE', {}, sdp(4000));
    (await questions.next()).answer({ action: 'route', data: { tag: 'yellow' } });
    await asked.response(480);
  });
});

describe('an application that listens', () => {
  it('is connected to for the call, and lets go of it', async () => {
    const calls = new Inbox<Call>();
    const { srf, app, port } = await application(calls);
    await open({ url: await web() });
    const asked = phone.ask('INVITE', {}, sdp(4000));
    (await questions.next()).answer({ action: 'route', data: { uri: `127.0.0.1:${port};transport=tcp` } });
    const { req, res } = await calls.next();
    expect((req as unknown as { receivedOn: string }).receivedOn).toBe(`127.0.0.1:${stage.server.sipPort}`);
    const near = (await srf.createUAS(req, res, { localSdp: sdp(5000) })) as unknown as NearDialog;
    const acked = once(near, 'ack');
    const far = phone.acknowledge(asked, await asked.response(200));
    await acked;
    const over = once(near, 'destroy');
    await phone.send(far.request('BYE')).response(200);
    await over;
    expect(stage.server.metrics().clients).toBe(1);
    app.endSession(req);
    await soon(() => stage.server.metrics().clients).toBe(0);
    nothingLeft();
  });

  it('is known beforehand (tcp://), for its method alone', async () => {
    const calls = new Inbox<Call>();
    const { port } = await application(calls);
    await open({ sipMethod: 'INVITE', url: `tcp://127.0.0.1:${port}` });
    const asked = phone.ask('INVITE', {}, sdp(4000));
    (await calls.next()).res.send(486);
    await asked.response(486);
    await phone.ask('MESSAGE').response(503);
    await refusals();
    nothingLeft();
  });

  it('that is not there is 480', async () => {
    await open({ url: `tcp://127.0.0.1:${await silentPort()}` });
    await phone.ask('MESSAGE').response(480);
    nothingLeft();
  });

  it('that does not know the secret is 480', async () => {
    const { port } = await application(new Inbox<Call>(), 'guess');
    await open({ url: `tcp://127.0.0.1:${port}` });
    await phone.ask('MESSAGE').response(480);
    nothingLeft();
  });

  it('that says nothing for 10 s is 480', async () => {
    const mute = createTcpServer((socket) => closing.push(() => socket.destroy())).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    closing.push(() => mute.close());
    await open({ url: `tcp://127.0.0.1:${(mute.address() as AddressInfo).port}` });
    const asked = phone.ask('MESSAGE');
    await soon(() => stage.server.metrics().clients).toBe(1);
    stage.clock.advance(10_000);
    await asked.response(480);
    nothingLeft();
  });

  it('an INVITE that was cancelled while it was connected to is not given to it', async () => {
    const held = new Inbox<Socket>();
    const slow = createTcpServer((socket) => held.push(socket)).listen(0, '127.0.0.1');
    await once(slow, 'listening');
    closing.push(() => slow.close());
    await open({ url: `tcp://127.0.0.1:${(slow.address() as AddressInfo).port}` });
    const asked = phone.ask('INVITE', {}, sdp(4000));
    const socket = await held.next();
    await asked.response(100);
    asked.transaction?.cancel();
    await asked.response(487);
    const text = `1|authenticate|${secret}|`;
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.write(`${text.length}#${text}`);
    await once(socket, 'end');
    expect(heard).not.toContain('INVITE');
    await refusals();
    nothingLeft();
  });
});
