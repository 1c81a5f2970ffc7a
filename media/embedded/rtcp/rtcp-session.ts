import { randomBytes } from 'node:crypto';
import { readCompound, writeCompound, type ReportBlock, type SenderInfo } from '#media/rtp/rtcp-packet.ts';
import { Reception } from '#media/rtp/reception.ts';
import { RtcpInterval } from '#media/rtp/rtcp-interval.ts';

/** Seconds from 1900, where NTP begins, to 1970. */
const NTP_EPOCH = 2_208_988_800;
const WORD = 2 ** 32;
const RTP_HEADER_BYTES = 12;

/** The leg whose reports these are. */
export type ReportedLeg = {
  readonly ssrc: number;
  /** Whose streams these are (§6.5.1); one is made where there is none. */
  readonly cname?: string;
  /** The stream's clock at this moment. */
  readonly timestampNow: number;
  readonly counts: { readonly packetsOut: number; readonly bytesOut: number };
};

/** Where packets go. */
export type RtcpPath = { send(packet: Buffer): void; close(): void };

/**
 * Reports of one RTP session with one peer, RFC 3550 §6: ours are sent at random times about every 5 s, the peer's are kept.
 *
 *     RTP comes ──► Reception ──► block of our SR or RR ──► peer
 *     peer's SR ──► LSR, DLSR ───────────┘       peer's RR ──► what it lost, round trip
 */
export class RtcpSession {
  readonly reception = new Reception();
  /** Milliseconds there and back; undefined: not known. */
  roundTripMs: number | undefined;
  /** What the peer says of our stream. */
  heardOfUs: ReportBlock | undefined;
  /** Packets and octets the peer says it sent. */
  peerSent: SenderInfo | undefined;
  peerCname: string | undefined;
  readonly counts = { sent: 0, received: 0, refused: 0, byes: 0 };
  readonly #leg: ReportedLeg;
  readonly #path: RtcpPath;
  readonly #now: () => number;
  readonly #wallOffsetMs: number;
  readonly #interval: RtcpInterval;
  readonly #cname: string;
  #dueMs: number;
  #lastReport = 0;
  #lastReportMs = 0;
  #packetsBefore = 0;
  #wasSender = false;
  #closed = false;

  /** `now` in milliseconds, monotonic; `wallMs` the time of day at `now() = 0`; `random` 0 to 1. */
  constructor(leg: ReportedLeg, path: RtcpPath, clock: { now: () => number; wallMs: number; random: () => number }) {
    this.#leg = leg;
    this.#cname = leg.cname ?? randomBytes(12).toString('base64');
    this.#path = path;
    this.#now = clock.now;
    this.#wallOffsetMs = clock.wallMs;
    this.#interval = new RtcpInterval(clock.random);
    this.#dueMs = clock.now() + this.#interval.next();
  }

  /** Often: sends a report when it is due. */
  tick(): void {
    if (this.#closed || this.#now() < this.#dueMs) return;
    this.#send(false);
    this.#dueMs = this.#now() + this.#interval.next();
  }

  /** A datagram from the peer. */
  receive(bytes: Uint8Array): void {
    const compound = readCompound(bytes);
    if (!compound || this.#closed) {
      this.counts.refused += 1;
      return;
    }
    this.counts.received += 1;
    this.#interval.saw(bytes.length);
    this.peerCname = compound.cname ?? this.peerCname;
    this.counts.byes += compound.bye.length;
    for (const { sender, blocks } of compound.reports) {
      if (sender) this.#senderReport(sender);
      for (const block of blocks) if (block.ssrc === this.#leg.ssrc) this.#blockOfUs(block);
    }
  }

  /** Says goodbye, if anything was said before (§6.3.7). */
  close(): void {
    if (this.#closed) return;
    if (this.#leg.counts.packetsOut > 0 || this.counts.sent > 0) this.#send(true);
    this.#closed = true;
    this.#path.close();
  }

  #ntp(): { seconds: number; fraction: number } {
    const ms = this.#wallOffsetMs + this.#now();
    const seconds = Math.floor(ms / 1000);
    return { seconds: (seconds + NTP_EPOCH) >>> 0, fraction: Math.floor(((ms - seconds * 1000) / 1000) * WORD) >>> 0 };
  }

  /** §6.4.1: the middle 32 of the 64 bits. */
  #shortNtp(): number {
    const { seconds, fraction } = this.#ntp();
    return (((seconds & 0xffff) << 16) | (fraction >>> 16)) >>> 0;
  }

  #senderReport(sender: SenderInfo): void {
    this.peerSent = sender;
    this.#lastReport = (((sender.ntpSeconds & 0xffff) << 16) | (sender.ntpFraction >>> 16)) >>> 0;
    this.#lastReportMs = this.#now();
  }

  #blockOfUs(block: ReportBlock): void {
    this.heardOfUs = block;
    if (block.lastReport === 0) return;
    const roundTrip = (this.#shortNtp() - block.lastReport - block.delay) | 0;
    // two clocks that differ by a tick may make it negative
    this.roundTripMs = (Math.max(0, roundTrip) * 1000) / 65536;
  }

  #block(): ReportBlock | undefined {
    const { reception } = this;
    if (reception.ssrc < 0) return undefined;
    const { fraction, cumulative } = reception.report();
    const delay = this.#lastReport === 0 ? 0 : Math.round((this.#now() - this.#lastReportMs) * 65.536);
    return {
      ssrc: reception.ssrc,
      fractionLost: fraction,
      cumulativeLost: cumulative,
      highestSequence: reception.highestSequence,
      jitter: reception.jitter,
      lastReport: this.#lastReport,
      delay: Math.min(0xffffffff, delay),
    };
  }

  /** §6.4: who sent RTP since the report before the last one is a sender. */
  #send(bye: boolean): void {
    const { packetsOut, bytesOut } = this.#leg.counts;
    const sends = packetsOut > this.#packetsBefore;
    const { seconds, fraction } = this.#ntp();
    const sender =
      sends || this.#wasSender
        ? {
            ntpSeconds: seconds,
            ntpFraction: fraction,
            timestamp: this.#leg.timestampNow,
            packets: packetsOut,
            octets: bytesOut - RTP_HEADER_BYTES * packetsOut,
          }
        : undefined;
    this.#wasSender = sends;
    this.#packetsBefore = packetsOut;
    const packet = writeCompound({ ssrc: this.#leg.ssrc, sender, block: this.#block(), cname: this.#cname, bye });
    this.counts.sent += 1;
    this.#interval.saw(packet.length);
    this.#path.send(packet);
  }
}
