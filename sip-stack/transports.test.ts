import { afterEach, describe, expect, it } from 'vitest';
import { SipRequest } from './message.ts';
import { StreamTransport } from './stream-transport.ts';
import { Kept } from './testing/kept.ts';
import { FakeNetwork } from './testing/fake-network.ts';
import { replyAddress, type Protocol, type SocketAddress, type Transport } from './transport.ts';
import { Transports } from './transports.ts';
import { UdpTransport } from './udp-transport.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A transport that is only looked at. */
const at = (protocol: Protocol, address: string, reliable = protocol !== 'UDP'): Transport => {
  const transport = new FakeNetwork().transport('a', { reliable });
  return Object.assign(transport, { protocol, local: { address, port: 5060 } });
};

describe('of several transports', () => {
  const all = [
    at('UDP', '127.0.0.1'),
    at('UDP', '192.0.2.1'),
    at('UDP', '198.51.100.1'),
    at('UDP', '::1'),
    at('UDP', '2001:db8::1'),
    at('TCP', '192.0.2.1'),
    at('TLS', '2001:db8::1'),
  ] as const;
  const transports = new Transports([...all]);

  it.each<[string, Protocol | undefined, number | undefined]>([
    ['127.0.0.1', undefined, 0],
    ['127.0.0.9', 'UDP', 0],
    ['192.0.2.77', undefined, 1],
    ['198.51.9.9', undefined, 2],
    ['203.0.113.5', undefined, 1],
    ['::1', undefined, 3],
    ['2001:db8::99', undefined, 4],
    ['2a00::1', undefined, 4],
    ['127.0.0.1', 'TCP', 5],
    ['203.0.113.5', 'TCP', 5],
    ['2001:db8::99', 'TCP', undefined],
    ['2a00::1', 'TLS', 6],
    ['', undefined, 1],
    ['', 'TLS', 6],
    ['', 'WS', undefined],
  ])('%s by %s goes by number %s', (address, protocol, expected) => {
    const chosen = transports.toward({ address, port: 5060, protocol });
    expect(chosen).toBe(expected === undefined ? undefined : all[expected]);
  });

  it('an open connection decides; the first is what remains', () => {
    const flow = { transport: all[6], open: true, lost: new Set<() => void>() };
    const to = { address: '192.0.2.5', port: 1, flow };
    expect(transports.toward(to)).toBe(all[6]);
    expect(transports.toward({ ...to, flow: { ...flow, open: false } })).toBe(all[1]);
    expect([transports.protocol, transports.reliable, transports.local]).toEqual(['UDP', false, all[0].local]);
    const tcp = new Transports([all[5]]);
    expect(tcp.toward({ address: '192.0.2.9', port: 1 })).toBe(all[5]);
    expect([transports.has('TLS'), transports.has('WSS')]).toEqual([true, false]);
  });

  it('one owns what comes back to it by its protocol', () => {
    expect(transports.owns({ address: '192.0.2.1', port: 5060 })).toBe(true);
    expect(transports.owns({ address: '192.0.2.1', port: 5060, protocol: 'TCP' })).toBe(true);
    expect(transports.owns({ address: '192.0.2.1', port: 5060, protocol: 'TLS' })).toBe(false);
  });

  it('none carries what nobody can: the sender is told', async () => {
    const failed = new Promise<string>((resolve) =>
      transports.send(Buffer.from('x'), { address: '192.0.2.9', port: 1, protocol: 'WS' }, (e) => resolve(e.message)),
    );
    expect(await failed).toBe('no transport for WS 192.0.2.9');
  });
});

it('answers leave by the socket that the request came to', async () => {
  const [first, second, tcp] = await Promise.all([
    UdpTransport.bind('127.0.0.1', 0),
    UdpTransport.bind('127.0.0.1', 0),
    StreamTransport.listen('127.0.0.1', 0),
  ]);
  const transports = new Transports([first, second, tcp]);
  const phone = await UdpTransport.bind('127.0.0.1', 0);
  closing.push(
    () => transports.close(),
    () => phone.close(),
  );
  const [kept, heard] = [new Kept(), new Kept()];
  transports.receiver = kept;
  phone.receiver = heard;
  const request = new SipRequest('OPTIONS', 'sip:b@h').add('Via', 'SIP/2.0/UDP 127.0.0.1:1;rport;branch=x');
  request.add('From', '<sip:a@h>;tag=1').add('To', '<sip:b@h>').add('Call-ID', 'c').add('CSeq', '1 OPTIONS');
  phone.send(request.toBuffer(), second.local);
  await kept.next();
  transports.send(request.toBuffer(), replyAddress(kept.last as SipRequest, kept.sources[0]));
  await heard.next();
  expect(heard.sources[0]).toEqual(second.local);
  phone.send(Buffer.from('garbage'), second.local);
  expect(await kept.next()).toMatch(/^400/);
  expect((kept.sources[1] as SocketAddress).flow?.transport).toBe(second);
  transports.receiver = undefined;
  expect([transports.receiver, first.receiver]).toEqual([undefined, undefined]);
});
