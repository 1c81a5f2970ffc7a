import { PacketCipher } from './cipher.ts';
import { sessionKeys, type MasterKey } from './keys.ts';
import { ReplayWindow } from './replay-window.ts';

/** SRTP, RFC 3711 §3: an RTP packet whose payload is encrypted, with a tag over all of it after it. */

const SEQUENCES = 65536;
const HEADER_BYTES = 12;
const BUFFERS = 8;
const LARGEST_PACKET = 2048;
/** §9.2: no more packets with one master key. */
export const MOST_RTP_PACKETS = 2 ** 48;

/** Where the payload begins; undefined when the header does not fit. */
const payloadStart = (bytes: Uint8Array): number | undefined => {
  if (bytes.length < HEADER_BYTES || (bytes[0]! & 0xc0) !== 0x80) return undefined;
  let at = HEADER_BYTES + 4 * (bytes[0]! & 0x0f);
  if (bytes[0]! & 0x10) {
    if (at + 4 > bytes.length) return undefined;
    at += 4 + 4 * ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  return at <= bytes.length ? at : undefined;
};

const sequenceOf = (bytes: Uint8Array): number => (bytes[2]! << 8) | bytes[3]!;
const ssrcOf = (bytes: Uint8Array): number =>
  ((bytes[8]! << 24) | (bytes[9]! << 16) | (bytes[10]! << 8) | bytes[11]!) >>> 0;

/** Protects what is sent: one source, sequence numbers that count up. */
export class RtpSender {
  readonly #cipher: PacketCipher;
  readonly #tagBytes: number;
  readonly #most: number;
  // packets in flight when the system's buffer is full are kept by reference: the buffers take turns
  readonly #buffers = Array.from({ length: BUFFERS }, () => Buffer.alloc(LARGEST_PACKET));
  #turn = 0;
  #rollover = 0;
  #last = -1;
  #count = 0;

  constructor(master: MasterKey, tagBytes: number, most = MOST_RTP_PACKETS) {
    this.#cipher = new PacketCipher(sessionKeys(master, 'rtp'));
    this.#tagBytes = tagBytes;
    this.#most = most;
  }

  /** The protected packet, valid for the next seven calls; undefined when the key has been used up. */
  protect(packet: Uint8Array): Buffer | undefined {
    const start = payloadStart(packet);
    if (start === undefined || this.#count >= this.#most) return undefined;
    this.#count += 1;
    const sequence = sequenceOf(packet);
    if (this.#last >= 0 && sequence < this.#last && this.#last - sequence > SEQUENCES / 2) this.#rollover += 1;
    this.#last = sequence;
    this.#turn = (this.#turn + 1) % BUFFERS;
    const end = packet.length;
    const bytes = this.#buffers[this.#turn]!.subarray(0, end + this.#tagBytes);
    bytes.set(packet);
    this.#cipher.apply(bytes, start, end, ssrcOf(packet), this.#rollover, sequence);
    bytes.set(this.#cipher.tag(bytes.subarray(0, end), this.#tagBytes, this.#rollover), end);
    return bytes;
  }
}

/** What is known of one source. */
class Source {
  readonly replay = new ReplayWindow();
  rollover = 0;
  highest = -1;

  /** Appendix A: the rollover counter this sequence number most likely belongs to. */
  rolloverOf(sequence: number): number {
    if (this.highest < 0) return this.rollover;
    if (this.highest < SEQUENCES / 2)
      return sequence - this.highest > SEQUENCES / 2 ? this.rollover - 1 : this.rollover;
    return this.highest - SEQUENCES / 2 > sequence ? this.rollover + 1 : this.rollover;
  }

  note(rollover: number, sequence: number): void {
    this.replay.note(rollover * SEQUENCES + sequence);
    if (rollover < this.rollover || (rollover === this.rollover && sequence <= this.highest)) return;
    this.rollover = rollover;
    this.highest = sequence;
  }
}

/** A peer that changes its source more often than this forgets the oldest. */
const MOST_SOURCES = 4;

/** Opens what comes: only what is authentic, and that once. */
export class RtpReceiver {
  readonly #cipher: PacketCipher;
  readonly #tagBytes: number;
  readonly #most: number;
  readonly #sources = new Map<number, Source>();
  #count = 0;

  constructor(master: MasterKey, tagBytes: number, most = MOST_RTP_PACKETS) {
    this.#cipher = new PacketCipher(sessionKeys(master, 'rtp'));
    this.#tagBytes = tagBytes;
    this.#most = most;
  }

  /** The RTP packet, decrypted in place; undefined when it is none, forged, repeated, too old, or the key has been used up. */
  open(bytes: Buffer): Buffer | undefined {
    const end = bytes.length - this.#tagBytes;
    const start = end < HEADER_BYTES ? undefined : payloadStart(bytes.subarray(0, end));
    if (start === undefined || this.#count >= this.#most) return undefined;
    const ssrc = ssrcOf(bytes);
    const sequence = sequenceOf(bytes);
    const source = this.#sources.get(ssrc) ?? new Source();
    const rollover = source.rolloverOf(sequence);
    if (rollover < 0 || !source.replay.fresh(rollover * SEQUENCES + sequence)) return undefined;
    const packet = bytes.subarray(0, end);
    if (!this.#cipher.authentic(packet, bytes.subarray(end), rollover)) return undefined;
    source.note(rollover, sequence);
    this.#keep(ssrc, source);
    this.#count += 1;
    this.#cipher.apply(packet, start, end, ssrc, rollover, sequence);
    return packet;
  }

  #keep(ssrc: number, source: Source): void {
    if (this.#sources.has(ssrc)) return;
    if (this.#sources.size >= MOST_SOURCES) this.#sources.delete(this.#sources.keys().next().value!);
    this.#sources.set(ssrc, source);
  }
}
