import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Reception } from './reception.ts';
import { RtcpInterval } from './rtcp-interval.ts';
import { isRtcp, readCompound, writeCompound, type ReportBlock, type SenderInfo } from './rtcp-packet.ts';

const SENDER: SenderInfo = {
  ntpSeconds: 0xe5b1c2d3,
  ntpFraction: 0x80000001,
  timestamp: 0xfffffff0,
  packets: 500,
  octets: 80_000,
};
const BLOCK: ReportBlock = {
  ssrc: 0xcafebabe,
  fractionLost: 26,
  cumulativeLost: -3,
  highestSequence: 0x1fffe,
  jitter: 17,
  lastReport: 0xc2d38000,
  delay: 65_536,
};
const words = (hex: string): string => hex.replaceAll(' ', '');
const written = (options: Partial<Parameters<typeof writeCompound>[0]> = {}): Buffer =>
  writeCompound({ ssrc: 0xdecafbad, sender: SENDER, block: BLOCK, cname: 'abc', bye: true, ...options });

describe('a compound packet', () => {
  it('is a report, who it is from, and perhaps goodbye, byte by byte', () => {
    expect(written().toString('hex')).toBe(
      words(
        '81c8000c decafbad e5b1c2d3 80000001 fffffff0 000001f4 00013880 ' +
          'cafebabe 1afffffd 0001fffe 00000011 c2d38000 00010000 ' +
          '81ca0003 decafbad 01036162 63000000 81cb0001 decafbad',
      ),
    );
    expect(written({ sender: undefined, block: undefined, bye: false }).toString('hex')).toBe(
      words('80c90001 decafbad 81ca0003 decafbad 01036162 63000000'),
    );
  });

  it.each(['', 'a', 'ab', 'abc', 'abcd', 'abcde'])('is read as it was written, with the name "%s"', (cname) => {
    const bytes = written({ cname });
    expect(bytes.length % 4).toBe(0);
    expect(readCompound(bytes)).toEqual({
      reports: [{ ssrc: 0xdecafbad, sender: SENDER, blocks: [BLOCK] }],
      cname,
      bye: [0xdecafbad],
    });
    expect(readCompound(written({ cname, sender: undefined, bye: false }))).toEqual({
      reports: [{ ssrc: 0xdecafbad, sender: undefined, blocks: [BLOCK] }],
      cname,
      bye: [],
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a word', written().subarray(0, 30)],
    ['a word too few', written().subarray(0, -4)],
    ['a word too many', Buffer.concat([written(), Buffer.alloc(4)])],
    ['a first packet that is no report', written().subarray(52)],
    ['padding in the first packet', Buffer.from(words('a0c90001 decafbad'), 'hex')],
    [
      'padding before the last packet',
      Buffer.from(words('80c90001 decafbad a1ca0002 decafbad 00000001 81cb0001 decafbad'), 'hex'),
    ],
    ['padding of nothing', Buffer.from(words('80c90001 decafbad a1cb0001 decafb00'), 'hex')],
    ['another version', Buffer.from(words('80c90001 decafbad 41cb0001 decafbad'), 'hex')],
    ['more blocks than there is room for', Buffer.from(words('82c90001 decafbad'), 'hex')],
  ])('is refused: %s', (_, bytes) => {
    expect(readCompound(bytes)).toBeUndefined();
  });

  it('may be padded at its end', () => {
    const bytes = Buffer.from(words('80c90001 decafbad a1cb0002 decafbad 00000004'), 'hex');
    expect(readCompound(bytes)?.bye).toEqual([0xdecafbad]);
  });

  it('reads or refuses any bytes', () => {
    for (let n = 0; n < 5000; n += 1) {
      const bytes = n % 2 ? randomBytes(n % 90) : written();
      if (n % 2 === 0) bytes[n % bytes.length] = n & 0xff;
      expect(() => readCompound(bytes)).not.toThrow();
    }
  });

  it('is told from RTP on the same port by its second byte', () => {
    expect([192, 200, 223].map((type) => isRtcp(Buffer.from([0x80, type, 0, 1, 0, 0, 0, 0])))).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      [0, 127, 128 + 8, 191, 224].map((type) => isRtcp(Buffer.from([0x80, type, 0, 1, 0, 0, 0, 0]))),
    ).not.toContain(true);
    expect(isRtcp(Buffer.from([0x80, 200]))).toBe(false);
  });
});

describe('what came of a stream', () => {
  /** Packets of 20 ms with these sequence numbers, on time. */
  const after = (...sequences: number[]): Reception => {
    const reception = new Reception();
    sequences.forEach((sequence, n) => reception.packet(1, sequence & 0xffff, n * 160, true, n * 20));
    return reception;
  };

  it('counts what is missing, in all and since the last report', () => {
    const reception = after(10, 11, 13, 14, 19);
    expect([reception.expected, reception.received, reception.lost]).toEqual([10, 5, 5]);
    expect(reception.report()).toEqual({ fraction: 128, cumulative: 5 });
    for (const sequence of [20, 21, 22]) reception.packet(1, sequence, 0, false, 0);
    expect(reception.report()).toEqual({ fraction: 0, cumulative: 5 });
    reception.packet(1, 26, 0, false, 0);
    expect(reception.report()).toEqual({ fraction: 192, cumulative: 8 });
  });

  it('counts on when the numbers begin again, and takes what comes late or twice', () => {
    const reception = after(65_534, 65_535, 65_536, 65_537);
    expect([reception.highestSequence, reception.lost]).toEqual([0x10001, 0]);
    expect(after(1, 3, 2).lost).toBe(0);
    expect(after(65_535, 65_537, 65_536).highestSequence).toBe(0x10001);
    const twice = after(1, 2, 2, 2);
    expect([twice.lost, twice.report()]).toEqual([-2, { fraction: 0, cumulative: -2 }]);
  });

  it('a single stray number changes nothing, two in a row are a new beginning', () => {
    const reception = after(100, 101, 102);
    reception.packet(1, 40_000, 0, false, 0);
    expect([reception.highestSequence, reception.received]).toEqual([102, 3]);
    reception.packet(1, 103, 0, false, 0);
    reception.packet(1, 50_000, 0, false, 0);
    reception.packet(1, 50_001, 0, false, 0);
    expect([reception.highestSequence, reception.lost, reception.expected]).toEqual([50_001, 0, 1]);
  });

  it('another source begins anew', () => {
    const reception = after(1, 5);
    reception.packet(2, 900, 0, true, 0);
    expect([reception.ssrc, reception.expected, reception.lost, reception.jitter]).toEqual([2, 1, 0, 0]);
  });

  it('is even where packets come on time, whatever their timestamps begin with', () => {
    const reception = new Reception();
    for (let n = 0; n < 100; n += 1) reception.packet(1, n, (0xffffff00 + n * 160) >>> 0, true, 1000 + n * 20);
    expect(reception.jitter).toBe(0);
  });

  it('has the jitter of RFC 3550 §6.4.1 where they do not', () => {
    const reception = new Reception();
    let expected = 0;
    for (let n = 0; n < 200; n += 1) {
      const late = n % 2 === 0 ? 0 : 10;
      reception.packet(1, n, n * 160, true, n * 20 + late);
      if (n > 0) expected += (80 - expected) / 16;
    }
    expect(Math.abs(reception.jitter - expected)).toBeLessThan(1.5);
    expect(reception.jitterRange.most).toBeCloseTo(10, 0);
    expect(reception.jitterRange.least).toBeLessThan(1);
  });

  it('leaves out of it what has the timestamp of something else', () => {
    const reception = new Reception();
    for (let n = 0; n < 50; n += 1) {
      reception.packet(1, 2 * n, n * 160, true, n * 20);
      reception.packet(1, 2 * n + 1, 7, false, n * 20);
    }
    expect(reception.jitter).toBe(0);
  });
});

describe('the interval', () => {
  it('is 5 s on average with half of it as its randomness, and the first is half as long', () => {
    const at = (random: number): number[] => {
      const interval = new RtcpInterval(() => random);
      return [interval.next(), interval.next(), interval.next()];
    };
    expect(at(0).map(Math.round)).toEqual([1026, 2052, 2052]);
    expect(at(1).map(Math.round)).toEqual([3078, 6156, 6156]);
  });

  it('grows with packets too large for their share', () => {
    const interval = new RtcpInterval(() => 0.5);
    for (let n = 0; n < 100; n += 1) interval.saw(10_000);
    interval.next();
    expect(interval.next()).toBeGreaterThan(15_000);
  });
});
