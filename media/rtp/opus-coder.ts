import { decode, encode, FRAME_SAMPLES } from '#media/audio/g711.ts';
import { MOST_SAMPLES, Opus } from '#media/audio/opus.ts';
import type { RtpPacket } from './packet.ts';
import type { PayloadCoder } from './payload-coder.ts';

/** RFC 7587 §4.1: timestamps of Opus count 48 kHz, whatever is in it. */
const UNITS_A_SAMPLE = 6;
/** 20 ms at our rate have about 50; a moment that is hard to code has more. */
const MOST_FRAME_BYTES = 400;

/**
 * Opus, RFC 7587. What comes is decoded as it arrives, in the order it was said, and waits as mu-law codes as everything here does; a packet
 * that comes after one that was said later is left out (it is lost to the ear as well: the decoder is past it).
 */
export class OpusCoder implements PayloadCoder {
  readonly frameBytes = MOST_FRAME_BYTES;
  readonly unitsPerSample = UNITS_A_SAMPLE;
  readonly #opus = new Opus();
  readonly #samples = new Int16Array(MOST_SAMPLES);
  readonly #codes = new Uint8Array(MOST_SAMPLES);
  #sequence = -1;
  #ssrc = -1;

  receive(packet: RtpPacket, bytes: Uint8Array): Uint8Array {
    const { offset, length } = packet;
    packet.offset = 0;
    packet.length = 0;
    if (!this.#follows(packet)) return this.#codes;
    packet.length = this.#opus.decode(bytes.subarray(offset, offset + length), this.#samples);
    encode('PCMU', this.#samples, packet.length, this.#codes, 0);
    return this.#codes;
  }

  decode(bytes: Uint8Array, samples: Int16Array): void {
    decode('PCMU', bytes, 0, FRAME_SAMPLES, samples);
  }

  encode(samples: Int16Array, packet: Uint8Array, offset: number): number {
    return this.#opus.encode(samples, packet, offset);
  }

  close(): void {
    this.#opus.close();
  }

  /** Was it said after the one before? */
  #follows({ ssrc, sequence }: RtpPacket): boolean {
    const ahead = ((sequence - this.#sequence) << 16) >> 16;
    if (ssrc === this.#ssrc && this.#sequence >= 0 && ahead <= 0 && ahead > -FORGOTTEN) return false;
    this.#ssrc = ssrc;
    this.#sequence = sequence;
    return true;
  }
}

/** A sequence number so far back is no late packet, but a stream that began anew. */
const FORGOTTEN = 128;
