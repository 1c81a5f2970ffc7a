import { once } from 'node:events';
import { connect } from 'node:net';
import { get } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { FakeClock } from './fake-clock.ts';
import { SipRequest } from './message.ts';
import { maxMessageOctets } from './stream-framer.ts';
import type { StreamOptions } from './stream-transport.ts';
import { certificate } from './testing/certificate.ts';
import { Kept } from './testing/kept.ts';
import { replyAddress, type SocketAddress } from './transport.ts';
import { WebSocketTransport } from './websocket-transport.ts';

const request = new SipRequest('OPTIONS', 'sip:b@h')
  .add('Via', 'SIP/2.0/WS df7jal23ls0d.invalid;branch=x')
  .add('From', '<sip:a@h>;tag=1')
  .add('To', '<sip:b@h>')
  .add('Call-ID', 'c')
  .add('CSeq', '1 OPTIONS')
  .toString();

let closing: (() => unknown)[];
let clock: FakeClock;
let whys: string[];
beforeEach(() => {
  closing = [];
  whys = [];
  clock = new FakeClock();
});
afterEach(async () => {
  for (const close of closing.reverse()) await close();
  await expect.poll(() => clock.pending).toBe(0);
});

const listen = async (given: StreamOptions = {}) => {
  const onClosed = (_remote: SocketAddress, why: string): void => void whys.push(why);
  const transport = await WebSocketTransport.listen('127.0.0.1', 0, { clock, onClosed, forceRport: true, ...given });
  const kept = new Kept();
  transport.receiver = kept;
  closing.push(() => transport.close());
  return { transport, kept };
};
const urlOf = ({ protocol, local }: WebSocketTransport): string =>
  `${protocol.toLowerCase()}://127.0.0.1:${local.port}/`;
const browser = async (transport: WebSocketTransport, protocols = ['sip'], ca?: string): Promise<WebSocket> => {
  const socket = new WebSocket(urlOf(transport), protocols, { ...(ca !== undefined && { ca }) });
  closing.push(() => socket.terminate());
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
};
const received = async (socket: WebSocket): Promise<[text: string, binary: boolean]> => {
  const [data, binary] = (await once(socket, 'message')) as [Buffer, boolean];
  return [data.toString('latin1'), binary];
};
const closed = (socket: WebSocket): Promise<unknown[]> => once(socket, 'close');

it('takes a message in a frame, and answers whoever has no address by the connection', async () => {
  const { transport, kept } = await listen();
  const socket = await browser(transport, ['other', 'sip']);
  expect([socket.protocol, transport.protocol, transport.reliable]).toEqual(['sip', 'WS', true]);
  socket.send(request);
  expect(await kept.next()).toBe('OPTIONS sip:b@h SIP/2.0');
  const [source] = kept.sources as [SocketAddress];
  expect(source).toMatchObject({ address: '127.0.0.1', protocol: 'WS' });
  expect((kept.last as SipRequest).get('via')).toBe(
    `SIP/2.0/WS df7jal23ls0d.invalid;branch=x;rport=${source.port};received=127.0.0.1`,
  );
  const answer = received(socket);
  transport.send(Buffer.from('answer'), replyAddress(kept.last as SipRequest, source));
  expect(await answer).toEqual(['answer', false]);
  const binary = received(socket);
  transport.send(Buffer.from([0x61, 0xff]), source);
  expect(await binary).toEqual(['a\xff', true]);
});

it('takes a frame of octets as well, and one that came in parts', async () => {
  const { transport, kept } = await listen();
  const socket = await browser(transport);
  socket.send(Buffer.from(request));
  socket.send(request.slice(0, 20), { fin: false });
  socket.send(request.slice(20), { fin: true });
  expect([await kept.next(), await kept.next()]).toEqual(['OPTIONS sip:b@h SIP/2.0', 'OPTIONS sip:b@h SIP/2.0']);
});

it('answers a keep-alive with another', async () => {
  const { transport, kept } = await listen();
  const socket = await browser(transport);
  const pong = received(socket);
  for (const quiet of ['', '\r\n', '\r\n\r\n']) socket.send(quiet);
  expect(await pong).toEqual(['\r\n', false]);
  const answered = once(socket, 'pong');
  socket.ping();
  await answered;
  expect(kept.rest).toEqual([]);
});

it('knows no way to a browser whose connection is closed, nor to one that has none', async () => {
  const { transport, kept } = await listen();
  const socket = await browser(transport);
  socket.send(request);
  await kept.next();
  const [source] = kept.sources as [SocketAddress];
  const lost = new Promise<Error>((resolve) => source.flow?.lost.add(resolve));
  socket.close();
  expect((await lost).message).toBe('connection closed: closed by the peer');
  const failed = (to: SocketAddress): Promise<string> =>
    new Promise((resolve) => transport.send(Buffer.from('x'), to, (error) => resolve(error.message)));
  const why = 'no WebSocket of 127.0.0.1 is open, and none can be opened to it';
  expect(await failed(replyAddress(kept.last as SipRequest, source))).toBe(why);
  expect(await failed({ address: '127.0.0.1', port: source.port, protocol: 'WS' })).toBe(why);
  await transport.close();
  expect(transport.send(Buffer.from('x'), source, () => expect.unreachable())).toBeUndefined();
});

it.each([[[]], [['chat']], [['SIPS']]])('turns away who does not speak SIP: %j', async (protocols) => {
  const { transport } = await listen();
  const socket = new WebSocket(urlOf(transport), protocols);
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('400');
});

it('tells an ordinary request what is spoken here', async () => {
  const { transport } = await listen();
  const [response] = (await once(get(`http://127.0.0.1:${transport.local.port}/`), 'response')) as [
    { statusCode: number; resume(): void },
  ];
  response.resume();
  expect(response.statusCode).toBe(426);
});

it.each([
  ['a message that can be answered stays', request.replace('CSeq: 1', 'CSeq: x'), '400 Bad CSeq OPTIONS', 1],
  ['a malformed ACK stays', request.replaceAll('OPTIONS', 'ACK').replace('CSeq: 1', 'CSeq: x'), '400 Bad CSeq', 1],
  ['what is no SIP is closed', 'hello', '400 no SIP', 0],
])('%s', async (_what, text, expected, left) => {
  const { transport, kept } = await listen();
  const socket = await browser(transport);
  const over = closed(socket);
  socket.send(text);
  expect(await kept.next()).toBe(expected);
  if (left === 0) expect((await over)[0]).toBe(1002);
  expect(transport.connections).toBe(left);
});

it('closes a frame beyond the bound, and who says nothing', async () => {
  const { transport } = await listen({ limits: { firstMessage: 1000 } });
  const long = await browser(transport);
  const over = closed(long);
  long.send('x'.repeat(maxMessageOctets + 1));
  expect((await over)[0]).toBe(1009);
  const silent = await browser(transport);
  const given = closed(silent);
  await expect.poll(() => transport.connections).toBe(1);
  clock.advance(1000);
  await given;
  expect(whys.at(-1)).toBe('no message in time');
});

it('lets in so many of one address, before they have said what they want', async () => {
  const { transport } = await listen({ limits: { perSource: 1 } });
  const first = connect(transport.local.port, '127.0.0.1');
  await once(first, 'connect');
  const second = connect(transport.local.port, '127.0.0.1').on('error', () => undefined);
  await new Promise((resolve) => second.once('close', resolve));
  expect(whys).toEqual(['too many connections of this address']);
  first.destroy();
});

it('is secure with a certificate', async () => {
  const tls = certificate('127.0.0.1');
  const { transport, kept } = await listen({ tls });
  const socket = await browser(transport, ['sip'], tls.cert);
  expect(transport.protocol).toBe('WSS');
  socket.send(request.replace('/WS', '/WSS'));
  expect(await kept.next()).toBe('OPTIONS sip:b@h SIP/2.0');
  expect(kept.sources[0]?.protocol).toBe('WSS');
});
