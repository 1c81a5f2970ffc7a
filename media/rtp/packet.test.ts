import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyPacket,
  parseRtp,
  RTP_HEADER_BYTES,
  sequenceDistance,
  timestampDistance,
  writeRtpHeader,
} from './packet.ts';

const packet = (payload: readonly number[] = [1, 2, 3]): Buffer => {
  const bytes = Buffer.alloc(RTP_HEADER_BYTES + payload.length);
  writeRtpHeader(bytes, true, 101, 0xfffe, 0xfffffff0, 0xdeadbeef);
  bytes.set(payload, RTP_HEADER_BYTES);
  return bytes;
};

describe('the RTP packet', () => {
  it('reads back every field that was written', () => {
    const header = emptyPacket();
    expect(parseRtp(packet(), header)).toBe(true);
    expect(header).toEqual({
      marker: true,
      payloadType: 101,
      sequence: 0xfffe,
      timestamp: 0xfffffff0,
      ssrc: 0xdeadbeef,
      offset: 12,
      length: 3,
    });
  });

  it('finds the payload behind contributing sources and an extension, and before padding', () => {
    const header = emptyPacket();
    const bytes = Buffer.concat([
      packet([]),
      Buffer.from([0, 0, 0, 7, 0, 0, 0, 8]), // two CSRCs
      Buffer.from([0xbe, 0xde, 0, 1, 9, 9, 9, 9]), // one extension word
      Buffer.from([42, 43, 0, 0, 3]), // payload and three octets of padding
    ]);
    bytes[0] = 0x80 | 0x20 | 0x10 | 2;
    expect(parseRtp(bytes, header)).toBe(true);
    expect([header.offset, header.length, bytes[header.offset], bytes[header.offset + 1]]).toEqual([28, 2, 42, 43]);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['eleven octets', packet([]).subarray(0, 11)],
    ['version 1', Buffer.concat([Buffer.from([0x40]), packet().subarray(1)])],
    ['an RTCP sender report', Buffer.concat([Buffer.from([0x80, 200]), packet().subarray(2)])],
    [
      'an extension that is longer than the packet',
      Buffer.concat([Buffer.from([0x90]), packet([0, 0, 0, 9]).subarray(1)]),
    ],
    ['a count of sources that is longer than the packet', Buffer.concat([Buffer.from([0x8f]), packet().subarray(1)])],
    ['padding that is longer than the payload', Buffer.concat([Buffer.from([0xa0]), packet([1, 2, 9]).subarray(1)])],
    ['padding of length zero', Buffer.concat([Buffer.from([0xa0]), packet([1, 2, 0]).subarray(1)])],
  ])('refuses %s', (_, bytes) => {
    expect(parseRtp(bytes, emptyPacket())).toBe(false);
  });

  it('never throws, and never points outside of the datagram', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        if (bytes.length > 0) bytes[0] = (bytes[0]! & 0x3f) | 0x80;
        const header = emptyPacket();
        if (!parseRtp(bytes, header)) return;
        expect(header.offset).toBeGreaterThanOrEqual(12);
        expect(header.length).toBeGreaterThanOrEqual(0);
        expect(header.offset + header.length).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('counts distances across the wrap', () => {
    expect(sequenceDistance(2, 0xffff)).toBe(3);
    expect(sequenceDistance(0xffff, 2)).toBe(-3);
    expect(timestampDistance(100, 0xfffffff0)).toBe(116);
    expect(timestampDistance(0xfffffff0, 100)).toBe(-116);
  });
});
