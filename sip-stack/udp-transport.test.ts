import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SipRequest, type SipMessage } from './message.ts';
import { literalAddress, locate } from './next-hop.ts';
import type { SipParseError } from './parse-error.ts';
import { refused } from './refused.ts';
import { replyAddress, stampVia } from './transport.ts';
import { UdpTransport } from './udp-transport.ts';

const options = (via: string): SipRequest =>
  new SipRequest('OPTIONS', 'sip:b@h')
    .add('Via', via)
    .add('From', '<sip:a@h>;tag=1')
    .add('To', '<sip:b@h>')
    .add('Call-ID', 'c')
    .add('CSeq', '1 OPTIONS');

describe('where a request came from', () => {
  const source = { address: '192.0.2.7', port: 4000 };
  it.each<[string, boolean, string, string]>([
    ['SIP/2.0/UDP 192.0.2.7:5060;branch=x', false, 'SIP/2.0/UDP 192.0.2.7:5060;branch=x', '192.0.2.7:5060'],
    [
      'SIP/2.0/UDP pc.example.com;branch=x',
      false,
      'SIP/2.0/UDP pc.example.com;branch=x;received=192.0.2.7',
      '192.0.2.7:5060',
    ],
    [
      'SIP/2.0/UDP 10.0.0.1:9;rport;branch=x',
      false,
      'SIP/2.0/UDP 10.0.0.1:9;rport=4000;branch=x;received=192.0.2.7',
      '192.0.2.7:4000',
    ],
    ['SIP/2.0/UDP 10.0.0.1:9', true, 'SIP/2.0/UDP 10.0.0.1:9;rport=4000;received=192.0.2.7', '192.0.2.7:4000'],
    ['SIP/2.0/UDP 192.0.2.7:4000', true, 'SIP/2.0/UDP 192.0.2.7:4000', '192.0.2.7:4000'],
    [
      'SIP/2.0/UDP 192.0.2.7:4000;received=192.0.2.99;rport=1',
      false,
      'SIP/2.0/UDP 192.0.2.7:4000;received=192.0.2.7;rport=4000',
      '192.0.2.7:4000',
    ],
  ])('%s, forced %s', (via, forced, stamped, reply) => {
    const request = options(`${via}, SIP/2.0/UDP first`);
    stampVia(request, source, forced);
    expect(request.getAll('via')).toEqual([stamped, 'SIP/2.0/UDP first']);
    const { address, port } = replyAddress(request);
    expect(`${address}:${port}`).toBe(reply);
  });

  it('is as said, where an IPv6 sender says it', () => {
    const six = { address: '2001:db8::1', port: 5060 };
    const request = options('SIP/2.0/UDP [2001:db8::1]:5070;branch=x');
    stampVia(request, six);
    expect(request.get('via')).toBe('SIP/2.0/UDP [2001:db8::1]:5070;branch=x');
    expect(replyAddress(request)).toEqual({ address: '2001:db8::1', port: 5070 });
  });

  it('is not to be feigned by the sender', () => {
    const request = options('SIP/2.0/UDP 192.0.2.7:5060;branch=x;received=198.51.100.1');
    stampVia(request, source);
    expect(replyAddress(request).address).toBe('192.0.2.7');
  });
});

describe('UDP', () => {
  let transport: UdpTransport;
  let peer: Socket;
  let messages: SipMessage[];
  let rejected: SipParseError[];
  let arrived: () => void;
  const arrival = (): Promise<void> => new Promise((resolve) => (arrived = resolve));
  const send = (bytes: Buffer | string): void => peer.send(bytes, transport.local.port, '127.0.0.1');

  beforeEach(async () => {
    transport = await UdpTransport.bind('127.0.0.1', 0, { maxBytes: 2000 });
    [messages, rejected] = [[], []];
    transport.receiver = {
      onMessage: (message) => {
        messages.push(message);
        arrived();
      },
      onRejected: (error) => {
        rejected.push(error);
        arrived();
      },
    };
    peer = createSocket('udp4').bind(0, '127.0.0.1');
    await once(peer, 'listening');
  });
  afterEach(async () => {
    peer.close();
    await transport.close();
  });

  it('receives and sends', async () => {
    const done = arrival();
    send(options('SIP/2.0/UDP 127.0.0.1:1;rport;branch=x').toBuffer());
    await done;
    const [request] = messages as SipRequest[];
    expect(request?.via.params.get('rport')).toBe(String(peer.address().port));
    const echo = once(peer, 'message');
    transport.send(Buffer.from('hello'), replyAddress(request as SipRequest));
    expect(String((await echo)[0])).toBe('hello');
  });

  it('passes keep-alives over and rejects garbage and what is too long', async () => {
    for (const quiet of ['', '\r\n\r\n', '\0\0\0\0', Buffer.from([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42])]) send(quiet);
    let done = arrival();
    send('hello\r\n\r\n');
    await done;
    done = arrival();
    send(Buffer.alloc(2001, 65));
    await done;
    expect([rejected.map(({ status }) => status), messages.length]).toEqual([[400, 513], 0]);
  });

  it('tells when it cannot send, never by throwing', async () => {
    const error = await new Promise<Error>((resolve) =>
      transport.send(Buffer.from('x'), { address: 'no.such.host', port: 5060 }, resolve),
    );
    expect(error).toBeInstanceOf(Error);
    const range = await new Promise<Error>((resolve) =>
      transport.send(Buffer.from('x'), { address: '127.0.0.1', port: 70_000 }, resolve),
    );
    expect(range).toBeInstanceOf(Error);
  });

  it('says which port is taken, and is silent once closed', async () => {
    await expect(UdpTransport.bind('127.0.0.1', transport.local.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await transport.close();
    transport.send(Buffer.from('x'), transport.local, () => expect.unreachable());
    await transport.close();
  });

  it('names another address than the bound one when told to', async () => {
    const other = await UdpTransport.bind('0.0.0.0', 0, { advertise: { address: '203.0.113.5' } });
    expect(other.local.address).toBe('203.0.113.5');
    expect(other.local.port).toBeGreaterThan(0);
    await other.close();
    const any = await UdpTransport.bind('0.0.0.0', 0);
    const { port } = any.local;
    const owned = ['127.0.0.1', '0.0.0.0', any.local.address, '192.0.2.1'].map((address) =>
      any.owns({ address, port }),
    );
    expect([...owned, any.owns({ address: '127.0.0.1', port: port + 1 })]).toEqual([true, true, true, false, false]);
    expect(transport.owns(transport.local)).toBe(true);
    expect(transport.owns({ address: '127.0.0.2', port: transport.local.port })).toBe(false);
    expect(any.local.address).not.toBe('0.0.0.0');
    await any.close();
  });
});

it('a port where nobody listens is known at once, a silent one is not', async () => {
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address();
  const heard = once(silent, 'message');
  const verdict = refused({ address: '127.0.0.1', port });
  expect(String((await heard)[0])).toBe('\r\n\r\n');
  expect(await verdict).toBe(false);
  await new Promise<void>((resolve) => silent.close(resolve));
  expect(await refused({ address: '127.0.0.1', port })).toBe(true);
});

describe('the next hop', () => {
  it.each<[string, string | undefined]>([
    ['sip:a@192.0.2.1', '192.0.2.1:5060'],
    ['sip:192.0.2.1:5080;lr', '192.0.2.1:5080'],
    ['sips:[2001:db8::1]', '2001:db8::1:5061'],
    ['sip:a@example.com;maddr=192.0.2.3', '192.0.2.3:5060'],
    ['sip:a@example.com', undefined],
    ['tel:+14155550100', undefined],
    ['nonsense', undefined],
  ])('%s is %s', (uri, expected) => {
    const found = literalAddress(uri);
    expect(found && `${found.address}:${found.port}`).toBe(expected);
  });

  it('is looked up when it has a name', async () => {
    expect(await locate('sip:a@localhost:5070')).toEqual({ address: '127.0.0.1', port: 5070 });
    expect(await locate('tel:+1')).toBeUndefined();
    await expect(locate('sip:a@no-such-host.invalid')).rejects.toThrow();
  });
});
