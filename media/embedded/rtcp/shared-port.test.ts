import { expect, it } from 'vitest';
import { FakeServer } from '#media/embedded/testing/fake-party.ts';
import { writeCompound } from '#media/rtp/rtcp-packet.ts';

it('RTCP on the port of RTP is that of the peer, before and after it was heard; a stranger does not become the peer by it', () => {
  const server = new FakeServer();
  const party = server.party();
  const heard: number[] = [];
  const report = writeCompound({ ssrc: 1, sender: undefined, block: undefined, cname: 'a', bye: false });
  const from = (address: string, port: number): void =>
    void party.socket.emit('message', Buffer.from(report), { address, port, family: 'IPv4', size: report.length });
  from('127.0.0.1', 5004);
  expect(party.channel.leg.counts.strayIn).toBe(1);
  party.channel.leg.onControl = (bytes) => heard.push(bytes.length);
  from('192.0.2.66', 5004);
  from('127.0.0.1', 5005);
  expect([heard, party.socket.peer]).toEqual([[], undefined]);
  from('127.0.0.1', 5004);
  expect(heard).toEqual([report.length]);
  expect([party.channel.leg.counts.packetsIn, party.channel.leg.peer?.port]).toEqual([0, 5004]);
});
