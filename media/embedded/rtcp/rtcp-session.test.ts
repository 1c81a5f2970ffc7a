import { beforeEach, describe, expect, it } from 'vitest';
import { readCompound, writeCompound, type Compound, type ReportBlock } from '#media/rtp/rtcp-packet.ts';
import { RtcpSession } from './rtcp-session.ts';

const OURS = 0x11111111;
const THEIRS = 0x22222222;
/** 2026-01-01T00:00:00Z, and its seconds in NTP. */
const WALL_MS = 1_767_225_600_000;
const NTP_SECONDS = 3_976_214_400;

let nowMs: number;
let counts: { packetsOut: number; bytesOut: number };
let sent: Compound[];
let session: RtcpSession;
let closed: number;

beforeEach(() => {
  nowMs = 0;
  closed = 0;
  counts = { packetsOut: 0, bytesOut: 0 };
  sent = [];
  const leg = {
    ssrc: OURS,
    counts,
    get timestampNow() {
      return nowMs * 8;
    },
  };
  const path = { send: (packet: Buffer) => void sent.push(readCompound(packet)!), close: () => void (closed += 1) };
  session = new RtcpSession(leg, path, { now: () => nowMs, wallMs: WALL_MS, random: () => 0.5 });
});

/** The mean interval, and the first. */
const MEAN = Math.ceil(5000 / (Math.E - 1.5));
const FIRST = Math.ceil(MEAN / 2);
const pass = (ms: number): void => {
  for (const end = nowMs + ms; nowMs < end; nowMs += 20) session.tick();
};
const talk = (packets: number): void => {
  counts.packetsOut += packets;
  counts.bytesOut += packets * 172;
};
const report = (block?: Partial<ReportBlock>, sender?: { ntpSeconds: number; ntpFraction: number }): void =>
  session.receive(
    writeCompound({
      ssrc: THEIRS,
      sender: sender && { ...sender, timestamp: 0, packets: 7, octets: 1120 },
      block: block && {
        ssrc: OURS,
        fractionLost: 0,
        cumulativeLost: 0,
        highestSequence: 0,
        jitter: 0,
        lastReport: 0,
        delay: 0,
        ...block,
      },
      cname: 'them',
      bye: false,
    }),
  );

describe('what is sent', () => {
  it('comes at its times: the first after half an interval, then one each', () => {
    talk(1);
    pass(FIRST - 20);
    expect(sent).toHaveLength(0);
    pass(40);
    expect(sent).toHaveLength(1);
    pass(MEAN - 60);
    expect(sent).toHaveLength(1);
    pass(80);
    expect(sent).toHaveLength(2);
  });

  it('is a sender report of who sent: time of day and of the stream, packets and octets', () => {
    talk(50);
    pass(FIRST + 20);
    const [{ ssrc, sender, blocks }] = sent[0]!.reports as [Compound['reports'][0]];
    expect([ssrc, sender!.ntpSeconds, sender!.packets, sender!.octets, blocks]).toEqual([
      OURS,
      NTP_SECONDS + Math.floor(FIRST / 1000),
      50,
      8000,
      [],
    ]);
    // both clocks say the same: 8 units of the stream a millisecond
    const ms = (sender!.ntpSeconds - NTP_SECONDS) * 1000 + (sender!.ntpFraction / 2 ** 32) * 1000;
    expect(Math.abs(sender!.timestamp / 8 - ms)).toBeLessThan(0.01);
    expect(sent[0]!.cname).toMatch(/^[A-Za-z0-9+/]{16}$/);
  });

  it('is a receiver report two intervals after the last packet', () => {
    talk(50);
    pass(FIRST + 2 * MEAN + 100);
    expect(sent.map(({ reports }) => reports[0]!.sender !== undefined)).toEqual([true, true, false]);
  });

  it('says of the peer what came, and when its last report did', () => {
    for (const sequence of [1, 2, 4]) session.reception.packet(THEIRS, sequence, sequence * 160, true, sequence * 20);
    nowMs = 500;
    report(undefined, { ntpSeconds: 0xaabbccdd, ntpFraction: 0x12345678 });
    nowMs = 1500;
    pass(FIRST);
    const [block] = sent[0]!.reports[0]!.blocks;
    expect(block).toMatchObject({
      ssrc: THEIRS,
      fractionLost: 64,
      cumulativeLost: 1,
      highestSequence: 4,
      lastReport: 0xccdd1234,
    });
    const sentAt = (Math.floor((FIRST - 1) / 20) + 1) * 20;
    expect(Math.abs(block!.delay - (sentAt - 500) * 65.536)).toBeLessThan(20 * 65.536);
    expect(sent[0]!.reports[0]!.sender).toBeUndefined();
  });

  it('ends with goodbye, once, and the path is closed', () => {
    talk(3);
    session.close();
    session.close();
    expect(sent.map(({ bye }) => bye)).toEqual([[OURS]]);
    expect(closed).toBe(1);
    pass(20_000);
    expect(sent).toHaveLength(1);
  });

  it('is nothing, not even goodbye, from who never sent anything', () => {
    session.close();
    expect(sent).toEqual([]);
    expect(closed).toBe(1);
  });
});

describe('what is heard', () => {
  it('of our stream, and how long the way is', () => {
    nowMs = 10_000;
    const short = (((NTP_SECONDS + 10) & 0xffff) << 16) >>> 0;
    nowMs = 10_300;
    // sent at 10.0 s, it lay there for 0.2 s
    report({ fractionLost: 12, cumulativeLost: 9, jitter: 80, lastReport: short, delay: Math.round(0.2 * 65_536) });
    expect(session.heardOfUs).toMatchObject({ fractionLost: 12, cumulativeLost: 9, jitter: 80 });
    expect(session.roundTripMs!).toBeCloseTo(100, 0);
    report({ lastReport: short, delay: 65_536 });
    expect(session.roundTripMs).toBe(0);
  });

  it('of somebody else is not ours', () => {
    report({ ssrc: 77, fractionLost: 99 });
    expect([session.heardOfUs, session.roundTripMs]).toEqual([undefined, undefined]);
  });

  it('of the peer itself is kept', () => {
    report(undefined, { ntpSeconds: 1, ntpFraction: 2 });
    expect([session.peerSent?.packets, session.peerSent?.octets, session.peerCname]).toEqual([7, 1120, 'them']);
    session.receive(Buffer.from('81cb0001decafbad', 'hex'));
    expect([session.counts.received, session.counts.refused]).toEqual([1, 1]);
    session.receive(writeCompound({ ssrc: THEIRS, sender: undefined, block: undefined, cname: 'x', bye: true }));
    expect(session.counts.byes).toBe(1);
  });
});
