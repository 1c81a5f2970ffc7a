import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { blockListOf, mayReach } from './networks.ts';
import { post } from './post.ts';

const nothing = blockListOf([]);
const loopback = blockListOf(['127.0.0.0/8', '::1/128']);

describe('addresses', () => {
  test.each([
    ...[
      '127.0.0.1',
      '10.1.2.3',
      '172.31.255.255',
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
    ],
    ...['255.255.255.255', '198.18.0.1', '192.0.2.1', '::', '::1', 'fe80::1', 'fd00::1', 'ff02::1', '::ffff:127.0.0.1'],
    ...['::ffff:10.0.0.1', '64:ff9b::7f00:1', '2002:7f00:1::', '2001:db8::1', '2001::1'],
  ])('%s is not of the public Internet', (address) => {
    expect(mayReach(address, nothing)).toBe(false);
  });

  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])('%s is', (address) => {
    expect(mayReach(address, nothing)).toBe(true);
  });

  test('of a network that is allowed may be reached, and no more than that', () => {
    const allowed = blockListOf(['10.1.0.0/16', 'fd00::/8']);
    expect(['10.1.2.3', 'fd12::1', '10.2.0.1', '127.0.0.1'].map((address) => mayReach(address, allowed))).toEqual([
      ...[true, true, false, false],
    ]);
    for (const wrong of ['10.0.0.0', 'x/8', '10.0.0.0/', '10.0.0.0/x', ''])
      expect(() => blockListOf([wrong])).toThrow(RangeError);
  });
});

describe('a letter', () => {
  let server: Server | TcpServer | undefined;
  afterEach(() => {
    if (server && 'closeAllConnections' in server) server.closeAllConnections();
    server?.close();
  });
  const serve = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener);
    await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  };
  const send = (url: string, more: Partial<Parameters<typeof post>[1]> = {}) =>
    post(
      { url, headers: { 'x-of': 'test' }, body: Buffer.from('{}') },
      { allowed: loopback, timeoutMs: 2_000, ...more },
    );

  test('arrives whole, and its answer is its status', async () => {
    const heard: unknown[] = [];
    const url = await serve((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        heard.push([request.method, request.url, request.headers['x-of'], Buffer.concat(parts).toString()]);
        response.writeHead(204).end();
      });
    });
    expect(await send(url)).toEqual({ kind: 'answered', status: 204 });
    expect(heard).toEqual([['POST', '/hook', 'test', '{}']]);
  });

  test('follows no redirect', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked++;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await send(url)).toEqual({ kind: 'answered', status: 307 });
    expect(asked).toBe(1);
  });

  test('is not read to an end that never comes', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200);
      const more = () => response.write('x'.repeat(65_536), () => setImmediate(more));
      more();
    });
    expect(await send(url)).toEqual({ kind: 'answered', status: 200 });
  });

  test('to nobody who answers, or who closes, has failed', async () => {
    const silent = await serve(() => undefined);
    expect(await send(silent, { timeoutMs: 100 })).toEqual({ kind: 'failed', why: 'timeout' });
    const stopping = new AbortController();
    const sent = send(silent, { signal: stopping.signal });
    stopping.abort();
    expect(await sent).toEqual({ kind: 'failed', why: 'interrupted' });
    (server as Server).closeAllConnections();
    server?.close();
    const closing = await serve((request) => request.socket.destroy());
    expect(await send(closing)).toEqual({ kind: 'failed', why: 'econnreset' });
    await new Promise((done) => server?.close(done));
    expect(await send(closing)).toEqual({ kind: 'failed', why: 'econnrefused' });
  });

  test('to what speaks no HTTP has failed, in a word', async () => {
    server = createTcp((socket) => socket.end('SSH-2.0-x\r\n'));
    await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({
      kind: 'failed',
      why: expect.stringMatching(/^[a-z_]+$/) as string,
    });
  });

  test('goes to no address that may not be reached, however it is called', async () => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked++;
      response.end();
    });
    const { port } = new URL(url);
    const refused = { kind: 'failed', why: 'address-not-allowed' };
    for (const host of ['127.0.0.1', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]'])
      expect(await send(`http://${host}:${port}/`, { allowed: nothing }), host).toEqual(refused);
    const named = (addresses: string[]) =>
      send(`http://web.example.com:${port}/`, { allowed: nothing, resolve: async () => addresses });
    expect(await named(['127.0.0.1'])).toEqual(refused);
    expect(await named(['8.8.8.8', '127.0.0.1'])).toEqual(refused);
    expect(await named([])).toEqual({ kind: 'failed', why: 'unknown-host' });
    expect(asked).toBe(0);
  });

  test('goes to the address that was looked at, though the name means another one by then', async () => {
    let asked = 0;
    const url = await serve((request, response) => {
      asked++;
      response.writeHead(request.headers.host === `web.example.com:${new URL(url).port}` ? 200 : 400).end();
    });
    const answers = [['127.0.0.1'], ['8.8.8.8']];
    const resolve = async () => answers.shift() ?? [];
    expect(await send(`http://web.example.com:${new URL(url).port}/`, { resolve })).toEqual({
      kind: 'answered',
      status: 200,
    });
    expect([asked, answers.length]).toEqual([1, 1]);
  });

  test('to a name that nobody answers for has failed within its time', async () => {
    const resolve = () => new Promise<string[]>(() => undefined);
    expect(await send('http://web.example.com/', { resolve, timeoutMs: 50 })).toEqual({
      kind: 'failed',
      why: 'timeout',
    });
    const broken = async () => Promise.reject(new Error('SERVFAIL'));
    expect(await send('http://web.example.com/', { resolve: broken })).toEqual({ kind: 'failed', why: 'unknown-host' });
  });
});
