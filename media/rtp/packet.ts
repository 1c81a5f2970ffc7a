/**
 * The RTP packet, RFC 3550 §5.1:
 *
 *      0                   1                   2                   3
 *     |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *     |                           timestamp                           |
 *     |           synchronization source (SSRC) identifier            |
 *
 * Parsing fills a header that is used again and again: nothing is allocated per packet.
 */

export const RTP_HEADER_BYTES = 12;

/** Fields of one received packet. `offset` and `length` say where the payload lies, without extension and padding. */
export type RtpPacket = {
  marker: boolean;
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  offset: number;
  length: number;
};

export const emptyPacket = (): RtpPacket => ({
  marker: false,
  payloadType: 0,
  sequence: 0,
  timestamp: 0,
  ssrc: 0,
  offset: 0,
  length: 0,
});

const VERSION_MASK = 0xc0;
const VERSION_2 = 0x80;
const PADDING = 0x20;
const EXTENSION = 0x10;
const CSRC_COUNT = 0x0f;
const MARKER = 0x80;
const PAYLOAD_TYPE = 0x7f;

/** RFC 5761 §4: payload types 64-95 with the marker bit are RTCP packet types 192-223. */
const isRtcp = (second: number): boolean => second >= 192 && second <= 223;

/** Reads one datagram into `into`; false when it is no RTP packet (then `into` is not to be used). Never throws. */
export function parseRtp(bytes: Uint8Array, into: RtpPacket): boolean {
  const total = bytes.length;
  if (total < RTP_HEADER_BYTES) return false;
  const first = bytes[0]!;
  const second = bytes[1]!;
  if ((first & VERSION_MASK) !== VERSION_2 || isRtcp(second)) return false;
  let offset = RTP_HEADER_BYTES + 4 * (first & CSRC_COUNT);
  if (first & EXTENSION) {
    if (offset + 4 > total) return false;
    offset += 4 + 4 * ((bytes[offset + 2]! << 8) | bytes[offset + 3]!);
  }
  if (offset > total) return false;
  let length = total - offset;
  if (first & PADDING) {
    const padding = bytes[total - 1]!;
    if (padding === 0 || padding > length) return false;
    length -= padding;
  }
  into.marker = (second & MARKER) !== 0;
  into.payloadType = second & PAYLOAD_TYPE;
  into.sequence = (bytes[2]! << 8) | bytes[3]!;
  into.timestamp = ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0;
  into.ssrc = ((bytes[8]! << 24) | (bytes[9]! << 16) | (bytes[10]! << 8) | bytes[11]!) >>> 0;
  into.offset = offset;
  into.length = length;
  return true;
}

/** Writes the 12-byte header in front of the payload. */
export function writeRtpHeader(
  bytes: Uint8Array,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[0] = VERSION_2;
  bytes[1] = payloadType | (marker ? MARKER : 0);
  bytes[2] = sequence >>> 8;
  bytes[3] = sequence;
  bytes[4] = timestamp >>> 24;
  bytes[5] = timestamp >>> 16;
  bytes[6] = timestamp >>> 8;
  bytes[7] = timestamp;
  bytes[8] = ssrc >>> 24;
  bytes[9] = ssrc >>> 16;
  bytes[10] = ssrc >>> 8;
  bytes[11] = ssrc;
}

/** a - b as RFC 3550 counts sequence numbers: from -32768 to 32767. */
export const sequenceDistance = (a: number, b: number): number => ((a - b) << 16) >> 16;

/** a - b of two timestamps, signed 32-bit. */
export const timestampDistance = (a: number, b: number): number => (a - b) | 0;
