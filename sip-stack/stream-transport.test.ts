import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { SipRequest } from './message.ts';
import { StreamTransport, type StreamOptions } from './stream-transport.ts';
import { certificate } from './testing/certificate.ts';
import { Kept } from './testing/kept.ts';
import { replyAddress, type SocketAddress } from './transport.ts';

const options = (via: string): SipRequest =>
  new SipRequest('OPTIONS', 'sip:b@h')
    .add('Via', via)
    .add('From', '<sip:a@h>;tag=1')
    .add('To', '<sip:b@h>')
    .add('Call-ID', 'c')
    .add('CSeq', '1 OPTIONS');
const request = options('SIP/2.0/TCP 127.0.0.1:1;rport;branch=x').toBuffer();

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

const listen = async (given: StreamOptions = {}, host = '127.0.0.1') => {
  const onClosed = (_remote: SocketAddress, why: string): void => void whys.push(why);
  const transport = await StreamTransport.listen(host, 0, { clock, onClosed, ...given });
  const kept = new Kept();
  transport.receiver = kept;
  closing.push(() => transport.close());
  return { transport, kept };
};
/** A client with a socket, and what it gets. */
const client = async (transport: StreamTransport) => {
  const socket = connect(transport.local.port, transport.local.address);
  await once(socket, 'connect');
  return { socket, got: reading(socket), closed: closed(socket) };
};
/** However it ends. */
const closed = (socket: Socket): Promise<void> => {
  socket.on('error', () => undefined);
  return new Promise((resolve) => socket.once('close', () => resolve()));
};
/** Waits until the text so far fits. */
const reading = (socket: Socket) => {
  let text = '';
  let look = (): void => undefined;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    look();
  });
  return (shape: RegExp): Promise<string> =>
    new Promise((resolve) => {
      look = () => void (shape.test(text) && resolve(text));
      look();
    });
};
const failure = (transport: StreamTransport, to: SocketAddress): Promise<string> =>
  new Promise((resolve) => transport.send(request, to, (error) => resolve(error.message)));

describe('a stream transport', () => {
  it('takes what comes, and answers by the connection it came by', async () => {
    const { transport, kept } = await listen();
    const { socket, got } = await client(transport);
    socket.write(request.subarray(0, 30));
    socket.write(Buffer.concat([request.subarray(30), request, Buffer.from('\r\n\r\n')]));
    expect([await kept.next(), await kept.next()]).toEqual(['OPTIONS sip:b@h SIP/2.0', 'OPTIONS sip:b@h SIP/2.0']);
    expect(await got(/\r\n/)).toBe('\r\n');
    const [source] = kept.sources;
    expect(source).toMatchObject({ address: '127.0.0.1', port: socket.localPort, protocol: 'TCP' });
    expect((kept.last as SipRequest).via.params.get('rport')).toBe(String(socket.localPort));
    const flow = transport.send(Buffer.from('answer'), replyAddress(kept.last as SipRequest, source));
    expect(flow).toBe(source?.flow);
    expect(await got(/answer/)).toBe('\r\nanswer');
    expect(transport.connections).toBe(1);
    socket.destroy();
  });

  it('answers at the port of the Via once that connection is closed', async () => {
    const { transport, kept } = await listen();
    const home = createServer();
    home.listen(0, '127.0.0.1');
    await once(home, 'listening');
    closing.push(() => home.close());
    const { socket } = await client(transport);
    const { port } = home.address() as AddressInfo;
    socket.write(options(`SIP/2.0/TCP 127.0.0.1:${port};rport;branch=x`).toBuffer());
    await kept.next();
    const [source] = kept.sources;
    const lost = new Promise<Error>((resolve) => source?.flow?.lost.add(resolve));
    socket.destroy();
    expect((await lost).message).toBe('connection closed: closed by the peer');
    const to = replyAddress(kept.last as SipRequest, source);
    expect(to).toEqual({ address: '127.0.0.1', port, protocol: 'TCP' });
    const called = once(home, 'connection');
    transport.send(Buffer.from('answer'), to);
    const [peer] = (await called) as [Socket];
    expect(await reading(peer)(/answer/)).toBe('answer');
    peer.destroy();
  });

  it('sends to one target by one connection, also when it was the peer who opened it', async () => {
    const [here, there] = [await listen(), await listen()];
    const flows = [1, 2].map(() => here.transport.send(request, there.transport.local));
    expect(flows[0]).toBe(flows[1]);
    await there.kept.next();
    await there.kept.next();
    const [{ address, port, flow }] = there.kept.sources as [SocketAddress];
    expect(there.transport.send(request, { address, port })).toBe(flow);
    expect(await here.kept.next()).toBe('OPTIONS sip:b@h SIP/2.0');
    expect([here.transport.connections, there.transport.connections]).toEqual([1, 1]);
    expect(here.kept.sources[0]?.flow).toBe(flows[0]);
  });

  it('opens another when the first is gone', async () => {
    const [here, there] = [await listen(), await listen()];
    const first = here.transport.send(request, there.transport.local);
    await there.kept.next();
    const lost = new Promise((resolve) => first?.lost.add(resolve));
    await there.transport.close();
    await lost;
    const { port } = there.transport.local;
    expect(await failure(here.transport, { address: '127.0.0.1', port })).toMatch(/ECONNREFUSED/);
    expect(here.transport.connections).toBe(0);
  });

  it('tells what cannot be reached, never by throwing', async () => {
    const { transport } = await listen();
    expect(await failure(transport, { address: '127.0.0.1', port: 70_000 })).toMatch(/port/i);
    expect(await failure(transport, { address: 'no.such.host.invalid', port: 5060 })).toMatch(/ENOTFOUND|EAI/);
    await transport.close();
    expect(transport.send(request, transport.local, () => expect.unreachable())).toBeUndefined();
    await expect(StreamTransport.listen('192.0.2.1', 0)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });

  it('gives up what does not open in time', async () => {
    const { transport } = await listen({ limits: { connect: 50 } });
    // RFC 5737: nobody is there; what the system says of it, and when, is its own affair.
    const failed = new Promise<string>((resolve) => {
      const flow = transport.send(request, { address: '127.0.0.1', port: 9 });
      flow?.lost.add((error) => resolve(error.message));
    });
    clock.advance(50);
    expect(await failed).toBe('connection closed: no connection in time');
  });

  it.each([
    ['no Content-Length', /Content-Length.*\r\n/, '', '400 no Content-Length OPTIONS'],
    ['a body beyond every bound', /Content-Length.*/, 'l: 99999', '513 message too long OPTIONS'],
    ['an ACK without Content-Length', /OPTIONS sip([^]*)Content-Length.*\r\n/, 'ACK sip$1', '400 no Content-Length'],
    ['no SIP', /SIP\/2.0\r/, 'HTTP/1.1\r', '400 no SIP'],
    ['no way back', /Via.*\r\nFrom.*\r\n(.*\r\n)*Content-Length.*\r\n/, 'X: y\r\n', '400 no Content-Length'],
  ])('closes after %s', async (_what, shape, instead, expected) => {
    const { transport, kept } = await listen();
    const { socket, closed: over } = await client(transport);
    socket.on('data', () => undefined);
    socket.write(request.toString().replace(shape, instead) + request.toString());
    expect(await kept.next()).toBe(expected);
    await over;
    expect([kept.rest, transport.connections]).toEqual([[], 0]);
  });

  it('goes on after a message that is wrong in itself', async () => {
    const { transport, kept } = await listen();
    const { socket } = await client(transport);
    socket.write(request.toString().replace('CSeq: 1', 'CSeq: x'));
    socket.write(request);
    expect([await kept.next(), await kept.next()]).toEqual(['400 Bad CSeq OPTIONS', 'OPTIONS sip:b@h SIP/2.0']);
    socket.destroy();
  });

  it('lets in so many of one address and so many in all, and others when they have left', async () => {
    const { transport, kept } = await listen({ limits: { total: 3, perSource: 2 } });
    const first = await client(transport);
    await client(transport);
    const third = await client(transport);
    await third.closed;
    expect(whys).toEqual(['too many connections of this address']);
    const others = ['127.0.0.2', '127.0.0.3'].map((localAddress) =>
      connect({ port: transport.local.port, host: '127.0.0.1', localAddress }),
    );
    await Promise.race(others.map(closed));
    expect(whys.at(-1)).toBe('too many connections');
    const left = new Promise<void>((resolve) => {
      const before = whys.length;
      const look = (): void => (whys.length > before ? resolve() : void setImmediate(look));
      look();
    });
    first.socket.destroy();
    await left;
    const fourth = await client(transport);
    fourth.socket.write(request);
    expect(await kept.next()).toBe('OPTIONS sip:b@h SIP/2.0');
  });

  it('closes who says nothing', async () => {
    const { transport } = await listen({ limits: { firstMessage: 1000 } });
    const { socket, closed: over } = await client(transport);
    socket.write(request.subarray(0, 20));
    await expect.poll(() => transport.connections).toBe(1);
    clock.advance(1000);
    await over;
    expect(whys).toEqual(['no message in time']);
  });

  it('listens on IPv6', async () => {
    const [here, there] = [await listen({}, '::1'), await listen({}, '::1')];
    here.transport.send(options('SIP/2.0/TCP [::1]:9;rport;branch=x').toBuffer(), there.transport.local);
    await there.kept.next();
    const [source] = there.kept.sources;
    expect(source?.address).toBe('::1');
    expect((there.kept.last as SipRequest).get('via')).toMatch(
      /^SIP\/2.0\/TCP \[::1\]:9;rport=\d+;branch=x;received=::1$/,
    );
    there.transport.send(request, replyAddress(there.kept.last as SipRequest, source));
    await here.kept.next();
  });
});

describe('with TLS', () => {
  const ours = certificate('sip.example.com', '127.0.0.1');
  const theirs = certificate('sip.example.com');

  it('speaks to those whose certificate bears the name or address that is wanted', async () => {
    const here = await listen({ tls: { ...ours, ca: ours.cert } });
    const there = await listen({ tls: ours });
    expect(here.transport.protocol).toBe('TLS');
    const { local } = there.transport;
    const flows = [
      here.transport.send(request, { ...local, name: 'sip.example.com' }),
      here.transport.send(request, local),
    ];
    expect([await there.kept.next(), await there.kept.next()]).toHaveLength(2);
    expect(flows[0]).not.toBe(flows[1]);
    expect(here.transport.send(request, { ...local, name: 'sip.example.com' })).toBe(flows[0]);
    // Who came in may be anybody: only answers go by that connection.
    const [{ address, port, flow }] = there.kept.sources as [SocketAddress];
    const answered = there.transport.send(request, { address, port, flow });
    expect(answered).toBe(flow);
    await here.kept.next();
    expect(await failure(there.transport, { address, port })).toMatch(/ECONNREFUSED/);
  });

  it('not to others, unless it is told not to look', async () => {
    const there = await listen({ tls: theirs });
    const to = there.transport.local;
    const [doubting, strict, lax] = [
      await listen({ tls: ours }),
      await listen({ tls: { ...ours, ca: theirs.cert } }),
      await listen({ tls: { ...ours, verify: false } }),
    ];
    expect(await failure(doubting.transport, { ...to, name: 'sip.example.com' })).toMatch(/self-signed/);
    expect(await failure(strict.transport, { ...to, name: 'other.example.com' })).toMatch(/other\.example\.com/);
    expect(await failure(strict.transport, to)).toMatch(/127\.0\.0\.1/);
    strict.transport.send(request, { ...to, name: 'sip.example.com' });
    lax.transport.send(request, to);
    expect([await there.kept.next(), await there.kept.next()]).toHaveLength(2);
  });

  it('wants a certificate of those who come, when it is told to', async () => {
    const there = await listen({ tls: { ...theirs, ca: ours.cert, verifyPeers: true } });
    const stranger = connectTls({ port: there.transport.local.port, host: '127.0.0.1', rejectUnauthorized: false });
    await closed(stranger);
    const here = await listen({ tls: { ...ours, verify: false } });
    here.transport.send(request, there.transport.local);
    expect(await there.kept.next()).toBe('OPTIONS sip:b@h SIP/2.0');
  });

  it('counts those who do not come to the end of the handshake, and closes what is no TLS', async () => {
    const { transport, kept } = await listen({ tls: ours, limits: { perSource: 1 } });
    const plain = await client(transport);
    const second = await client(transport);
    await second.closed;
    expect(whys).toEqual(['too many connections of this address']);
    plain.socket.on('data', () => undefined);
    plain.socket.write(request);
    await plain.closed;
    const third = connectTls({ port: transport.local.port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(third, 'secureConnect');
    third.write(request);
    expect(await kept.next()).toBe('OPTIONS sip:b@h SIP/2.0');
    third.destroy();
  });

  it('closes with those who are still in their handshake', async () => {
    const { transport } = await listen({ tls: ours });
    const { closed: over } = await client(transport);
    // What was sent after it has come: the socket is known.
    const other = connectTls({ port: transport.local.port, host: '127.0.0.1', rejectUnauthorized: false });
    const ended = closed(other);
    await once(other, 'secureConnect');
    await transport.close();
    await Promise.all([over, ended]);
  });

  it('is not begun with a certificate that is none', async () => {
    await expect(StreamTransport.listen('127.0.0.1', 0, { tls: { key: 'x', cert: 'y' } })).rejects.toThrow();
  });
});
