import { decode, encode, FRAME_SAMPLES } from '#media/audio/g711.ts';
import { G722Decoder, G722Encoder } from '#media/audio/g722.ts';
import { Doubling, Halving } from '#media/audio/half-band.ts';
import { OpusCoder } from './opus-coder.ts';
import type { RtpPacket } from './packet.ts';

/** A payload other than G.711: its bytes on the wire, 8 kHz samples inside. One for each leg: it remembers what came before. */
export interface PayloadCoder {
  /** Bytes of 20 ms on the wire, or the most that they may be. */
  readonly frameBytes: number;
  /** Units of its clock in RTP for a sample of 8 kHz. */
  readonly unitsPerSample: number;
  /** A packet came: makes a byte a sample, as the jitter buffer wants it. Returns where its payload is now. */
  receive(packet: RtpPacket, bytes: Uint8Array): Uint8Array;
  /** 160 of those bytes, in order, to 160 samples. */
  decode(bytes: Uint8Array, samples: Int16Array): void;
  /** 160 samples into a packet. Returns the bytes written. */
  encode(samples: Int16Array, packet: Uint8Array, offset: number): number;
  /** It is not used any more. */
  close(): void;
}

/** G.722 at 64 kbit/s. Its clock in RTP is 8 kHz although it samples at 16 (RFC 3551 §4.5.2), so a byte is a unit. Inside it is 8 kHz. */
class G722Coder implements PayloadCoder {
  readonly frameBytes = FRAME_SAMPLES;
  readonly unitsPerSample = 1;
  readonly #decoder = new G722Decoder();
  readonly #encoder = new G722Encoder();
  readonly #halving = new Halving();
  readonly #doubling = new Doubling();
  readonly #wide = new Int16Array(2 * FRAME_SAMPLES);

  receive(_packet: RtpPacket, bytes: Uint8Array): Uint8Array {
    return bytes; // a byte is a unit already
  }

  decode(bytes: Uint8Array, samples: Int16Array): void {
    this.#decoder.decode(bytes, 0, FRAME_SAMPLES, this.#wide);
    this.#halving.push(this.#wide, FRAME_SAMPLES, samples);
  }

  encode(samples: Int16Array, packet: Uint8Array, offset: number): number {
    this.#doubling.push(samples, FRAME_SAMPLES, this.#wide);
    this.#encoder.encode(this.#wide, FRAME_SAMPLES, packet, offset);
    return this.frameBytes;
  }

  close(): void {
    // it holds nothing
  }
}

const SAMPLE_BYTES = 2;

/**
 * L16 at 8 kHz, mono (RFC 3551 §4.5.11): 16-bit samples, the high byte first. What comes becomes mu-law codes as it arrives, as all that
 * waits here are codes of a byte; what is sent keeps its 16 bits.
 */
class L16Coder implements PayloadCoder {
  readonly frameBytes = SAMPLE_BYTES * FRAME_SAMPLES;
  readonly unitsPerSample = 1;
  readonly #one = new Int16Array(1);

  receive(packet: RtpPacket, bytes: Uint8Array): Uint8Array {
    const { offset } = packet;
    const count = packet.length >> 1;
    for (let i = 0; i < count; i += 1) {
      const at = offset + SAMPLE_BYTES * i;
      this.#one[0] = (bytes[at]! << 8) | bytes[at + 1]!;
      encode('PCMU', this.#one, 1, bytes, offset + i);
    }
    packet.length = count;
    return bytes;
  }

  decode(bytes: Uint8Array, samples: Int16Array): void {
    decode('PCMU', bytes, 0, FRAME_SAMPLES, samples);
  }

  encode(samples: Int16Array, packet: Uint8Array, offset: number): number {
    for (let i = 0; i < FRAME_SAMPLES; i += 1) {
      packet[offset + SAMPLE_BYTES * i] = samples[i]! >> 8;
      packet[offset + SAMPLE_BYTES * i + 1] = samples[i]!;
    }
    return this.frameBytes;
  }

  close(): void {
    // it holds nothing
  }
}

export type CodedAs = 'G722' | 'L16' | 'OPUS';
const coders: Readonly<Record<CodedAs, new () => PayloadCoder>> = { G722: G722Coder, L16: L16Coder, OPUS: OpusCoder };

export const newPayloadCoder = (name: CodedAs): PayloadCoder => new coders[name]();
