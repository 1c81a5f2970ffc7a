import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { hepPacket } from './hep.ts';
import { Inbox } from './testing/inbox.ts';
import { Stage } from './testing/stage.ts';

/** Chunk type -> value. */
const read = (packet: Buffer): Map<number, Buffer> => {
  expect(packet.toString('latin1', 0, 4)).toBe('HEP3');
  expect(packet.readUInt16BE(4)).toBe(packet.length);
  const chunks = new Map<number, Buffer>();
  for (let at = 6; at < packet.length; at += packet.readUInt16BE(at + 4)) {
    expect(packet.readUInt16BE(at)).toBe(0);
    chunks.set(packet.readUInt16BE(at + 2), packet.subarray(at + 6, at + packet.readUInt16BE(at + 4)));
  }
  return chunks;
};

describe('a HEP3 packet', () => {
  const captured = {
    from: { address: '192.0.2.1', port: 5060 },
    to: { address: '203.0.113.9', port: 40_000 },
    at: 1_700_000_000_123,
    bytes: Buffer.from('OPTIONS sip:x SIP/2.0\r\n\r\n'),
  };

  it('has the generic chunks of the specification', () => {
    const chunks = read(hepPacket(captured, 77));
    expect([...chunks.keys()]).toEqual([1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 15]);
    expect([...chunks].map(([type, value]) => [type, value.toString('hex')]).slice(0, 10)).toEqual([
      [1, '02'],
      [2, '11'],
      [3, 'c0000201'],
      [4, 'cb007109'],
      [7, '13c4'],
      [8, '9c40'],
      [9, '6553f100'],
      [10, '0001e078'],
      [11, '01'],
      [12, '0000004d'],
    ]);
    expect(chunks.get(15)).toEqual(captured.bytes);
  });

  it('says what the message went by', () => {
    const by = (protocol: 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS') =>
      read(hepPacket({ ...captured, to: { ...captured.to, protocol } }, 1))
        .get(2)
        ?.at(0);
    expect([by('UDP'), by('TCP'), by('TLS'), by('WS'), by('WSS')]).toEqual([17, 6, 6, 6, 6]);
  });

  it.each([
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['::', '00000000000000000000000000000000'],
    ['fe80::1%eth0', 'fe800000000000000000000000000001'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ])('of %s', (address, hex) => {
    const chunks = read(hepPacket({ ...captured, from: { address, port: 1 }, to: { address, port: 2 } }, 1));
    expect([chunks.get(1)?.toString('hex'), chunks.get(5)?.toString('hex'), chunks.get(6)?.toString('hex')]).toEqual([
      '0a',
      hex,
      hex,
    ]);
  });

  it('does not outgrow its length', () => {
    const packet = hepPacket({ ...captured, bytes: Buffer.alloc(70_000) }, 1);
    expect(read(packet).get(15)).toHaveLength(65_000);
  });
});

describe('a server that is captured', () => {
  let stage: Stage;
  afterEach(() => stage.close());

  it('tells of each message, in and out', async () => {
    const homer = createSocket('udp4').bind(0, '127.0.0.1');
    await once(homer, 'listening');
    const heard = new Inbox<Map<number, Buffer>>();
    homer.on('message', (packet) => heard.push(read(packet)));
    stage = await Stage.open({ hep: { host: '127.0.0.1', port: homer.address().port, agentId: 5 } });
    stage.onClose(() => homer.close());
    const phone = await stage.phone();
    const asked = phone.ask('MESSAGE');
    await asked.response(503);
    const [came, went] = [await heard.next(), await heard.next()];
    expect(came.get(15)?.toString()).toContain(`Call-ID: ${asked.request.callId}`);
    expect([came.get(7)?.readUInt16BE(), came.get(8)?.readUInt16BE()]).toEqual([phone.port, stage.server.sipPort]);
    expect(went.get(15)?.toString()).toMatch(/^SIP\/2.0 503 /);
    expect([went.get(7)?.readUInt16BE(), went.get(8)?.readUInt16BE()]).toEqual([stage.server.sipPort, phone.port]);
    expect(went.get(12)?.readUInt32BE()).toBe(5);
    // A key of a PIN or a card, as SIP INFO has it, is nobody else's.
    const key = phone.ask('INFO', { 'Content-Type': 'application/dtmf-relay' }, 'Signal=4\r\nDuration=160\r\n');
    await key.response(503);
    const shown = (await heard.next()).get(15)?.toString() ?? '';
    expect(shown).toContain(`Call-ID: ${key.request.callId}`);
    expect(shown).toMatch(/\r\n\r\nx{24}$/);
    expect(shown).not.toContain('Signal');
  });
});
