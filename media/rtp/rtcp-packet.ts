/**
 * RTCP, RFC 3550 §6. A datagram is a compound of packets, each a header, and a body whose length is counted in words of 32 bits:
 *
 *      0                   1                   2                   3
 *     |V=2|P|   RC    |      PT       |             length            |
 *
 * SR 200 (§6.4.1), RR 201 (§6.4.2), SDES 202 (§6.5), BYE 203 (§6.6); others are passed over.
 */

const SR = 200;
const RR = 201;
const SDES = 202;
const BYE = 203;
const CNAME = 1;
const VERSION_2 = 0x80;
const PADDING = 0x20;
const COUNT = 0x1f;
const HEADER_BYTES = 4;
const SENDER_BYTES = 20;
const BLOCK_BYTES = 24;

/** RFC 5761 §4: on a port shared with RTP these second bytes are RTCP. */
export const isRtcp = (bytes: Uint8Array): boolean => bytes.length >= 8 && bytes[1]! >= 192 && bytes[1]! <= 223;

/** What one receiver says of one source (§6.4.1). Jitter in timestamp units, `lastReport` and `delay` in 1/65536 s. */
export type ReportBlock = {
  readonly ssrc: number;
  /** Of what was expected since the last report, in 1/256. */
  readonly fractionLost: number;
  /** -2^23 to 2^23 - 1; negative where more came than were sent. */
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  readonly jitter: number;
  readonly lastReport: number;
  readonly delay: number;
};

/** What a sender says of itself. The NTP time is in two words: seconds since 1900, and 1/2^32 s. */
export type SenderInfo = {
  readonly ntpSeconds: number;
  readonly ntpFraction: number;
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
};

export type Report = {
  readonly ssrc: number;
  readonly sender: SenderInfo | undefined;
  readonly blocks: readonly ReportBlock[];
};
export type Compound = {
  readonly reports: readonly Report[];
  readonly cname: string | undefined;
  readonly bye: readonly number[];
};

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** §A.2: a compound packet begins with a report, no packet but the last is padded, and the lengths add up. */
const isCompound = (bytes: Uint8Array, data: DataView): boolean => {
  if (bytes.length < 8 || bytes.length % 4 !== 0) return false;
  if ((bytes[0]! & PADDING) !== 0 || (bytes[1] !== SR && bytes[1] !== RR)) return false;
  let at = 0;
  while (at < bytes.length) {
    if (at + HEADER_BYTES > bytes.length || (bytes[at]! & 0xc0) !== VERSION_2) return false;
    const next = at + 4 * (data.getUint16(at + 2) + 1);
    if ((bytes[at]! & PADDING) !== 0 && (next !== bytes.length || bytes[next - 1]! === 0)) return false;
    at = next;
  }
  return at === bytes.length;
};

const readBlock = (data: DataView, at: number): ReportBlock => ({
  ssrc: data.getUint32(at),
  fractionLost: data.getUint8(at + 4),
  cumulativeLost: (data.getUint32(at + 4) << 8) >> 8,
  highestSequence: data.getUint32(at + 8),
  jitter: data.getUint32(at + 12),
  lastReport: data.getUint32(at + 16),
  delay: data.getUint32(at + 20),
});

/** Undefined: shorter than it says. */
const readReport = (data: DataView, at: number, end: number, isSender: boolean, count: number): Report | undefined => {
  const first = at + 8 + (isSender ? SENDER_BYTES : 0);
  if (first + count * BLOCK_BYTES > end) return undefined;
  const sender = isSender
    ? {
        ntpSeconds: data.getUint32(at + 8),
        ntpFraction: data.getUint32(at + 12),
        timestamp: data.getUint32(at + 16),
        packets: data.getUint32(at + 20),
        octets: data.getUint32(at + 24),
      }
    : undefined;
  const blocks = Array.from({ length: count }, (_, n) => readBlock(data, first + n * BLOCK_BYTES));
  return { ssrc: data.getUint32(at + 4), sender, blocks };
};

const readCname = (bytes: Uint8Array, at: number, end: number): string | undefined => {
  // the first chunk is that of the sender; items follow its SSRC
  let item = at + 8;
  while (item + 2 <= end && bytes[item] !== 0) {
    const length = bytes[item + 1]!;
    if (item + 2 + length > end) return undefined;
    if (bytes[item] === CNAME) return Buffer.from(bytes.subarray(item + 2, item + 2 + length)).toString('utf8');
    item += 2 + length;
  }
  return undefined;
};

/** Reads a datagram; undefined when it is no compound RTCP packet. Never throws. */
export function readCompound(bytes: Uint8Array): Compound | undefined {
  const data = view(bytes);
  if (!isCompound(bytes, data)) return undefined;
  const reports: Report[] = [];
  const bye: number[] = [];
  let cname: string | undefined;
  for (let next = 0; next < bytes.length;) {
    const at = next;
    next += 4 * (data.getUint16(at + 2) + 1);
    const count = bytes[at]! & COUNT;
    const type = bytes[at + 1];
    if (type === SR || type === RR) {
      const report = readReport(data, at, next, type === SR, count);
      if (!report) return undefined;
      reports.push(report);
    } else if (type === SDES && count > 0) cname ??= readCname(bytes, at, next);
    else if (type === BYE)
      for (let n = 0; n < count && at + 8 + 4 * n <= next; n += 1) bye.push(data.getUint32(at + 4 + 4 * n));
  }
  return { reports, cname, bye };
}

const header = (bytes: Buffer, at: number, count: number, type: number, length: number): void => {
  bytes[at] = VERSION_2 | count;
  bytes[at + 1] = type;
  bytes.writeUInt16BE(length / 4 - 1, at + 2);
};

const writeBlock = (bytes: Buffer, at: number, block: ReportBlock): void => {
  bytes.writeUInt32BE(block.ssrc, at);
  bytes.writeUInt32BE(((block.fractionLost << 24) | (block.cumulativeLost & 0xffffff)) >>> 0, at + 4);
  bytes.writeUInt32BE(block.highestSequence, at + 8);
  bytes.writeUInt32BE(block.jitter, at + 12);
  bytes.writeUInt32BE(block.lastReport, at + 16);
  bytes.writeUInt32BE(block.delay, at + 20);
};

/** Our compound: SR (or RR where nothing was sent), SDES with the CNAME, and perhaps BYE. */
export function writeCompound(options: {
  readonly ssrc: number;
  readonly sender: SenderInfo | undefined;
  readonly block: ReportBlock | undefined;
  readonly cname: string;
  readonly bye: boolean;
}): Buffer {
  const { ssrc, sender, block } = options;
  const name = Buffer.from(options.cname);
  const report = 8 + (sender ? SENDER_BYTES : 0) + (block ? BLOCK_BYTES : 0);
  // §6.5: the items end with at least one zero byte, and the chunk on a word
  const description = 8 + 4 * Math.ceil((2 + name.length + 1) / 4);
  const bytes = Buffer.alloc(report + description + (options.bye ? 8 : 0));
  header(bytes, 0, block ? 1 : 0, sender ? SR : RR, report);
  bytes.writeUInt32BE(ssrc, 4);
  if (sender) {
    bytes.writeUInt32BE(sender.ntpSeconds, 8);
    bytes.writeUInt32BE(sender.ntpFraction, 12);
    bytes.writeUInt32BE(sender.timestamp, 16);
    bytes.writeUInt32BE(sender.packets >>> 0, 20);
    bytes.writeUInt32BE(sender.octets >>> 0, 24);
  }
  if (block) writeBlock(bytes, report - BLOCK_BYTES, block);
  header(bytes, report, 1, SDES, description);
  bytes.writeUInt32BE(ssrc, report + 4);
  bytes[report + 8] = CNAME;
  bytes[report + 9] = name.length;
  name.copy(bytes, report + 10);
  if (!options.bye) return bytes;
  header(bytes, report + description, 1, BYE, 8);
  bytes.writeUInt32BE(ssrc, report + description + 4);
  return bytes;
}
