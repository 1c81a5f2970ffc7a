import { createRequire } from 'node:module';

/**
 * Opus, RFC 6716, by libopus as WebAssembly (package `opusscript`), at 8 kHz both ways: libopus itself resamples what a browser sends at 48
 * kHz, of whatever bandwidth, and what is spoken here has no more than telephone bandwidth.
 *
 * The package's own class is passed by: it writes at twice the address that it asked memory for, into what other calls have there, and never
 * gives back all that it took (decision 68). Here all calls share one piece of memory for what goes in and out, and coders are used again.
 */

export const OPUS_RATE = 8000;
/** 120 ms, the longest packet (RFC 6716 §3.2.5). */
export const MOST_SAMPLES = (120 * OPUS_RATE) / 1000;
const MOST_PACKET_BYTES = 1500;
const MOST_ENCODED_BYTES = 1276 * 3;
const VOICE = 2048;
/** opus_defines.h. */
const CONTROL = { bitrate: 4002, inBandFec: 4012, packetLossPercent: 4014, complexity: 4010, reset: 4028 } as const;

/** What FreeSWITCH's mod_opus has for 8 kHz, and forward error correction on top. */
const BITRATE = 20_000;
const EXPECTED_LOSS_PERCENT = 10;
/** Of 10; telephone speech does not gain from more. */
const COMPLEXITY = 5;

/** The class in WebAssembly. Addresses are in bytes; samples lie there as bytes of 16 bits each, the low one first. */
type Coder = {
  _encode(input: number, bytes: number, output: number, samples: number): number;
  _decode(input: number, bytes: number, output: number): number;
  _encoder_ctl(control: number, value: number): number;
  _decoder_ctl(control: number, value: number): number;
};
type Native = {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU16: Uint16Array;
  _malloc(bytes: number): number;
  readonly OpusScriptHandler: new (rate: number, channels: number, application: number) => Coder;
};

/** Memory that all coders share, and the coders that are free. */
class Library {
  readonly native: Native;
  /** Packets, and samples as the class has them: each byte in 16 bits, and twice that where it looks beyond its input. */
  readonly packet: number;
  readonly samples: number;
  readonly #free: Coder[] = [];

  constructor() {
    const make = createRequire(import.meta.url)('opusscript/build/opusscript_native_wasm.js') as () => Native;
    this.native = make();
    this.packet = this.native._malloc(MOST_ENCODED_BYTES);
    this.samples = this.native._malloc(MOST_SAMPLES * 2 * 2 * 2);
  }

  take(): Coder {
    const coder = this.#free.pop() ?? new this.native.OpusScriptHandler(OPUS_RATE, 1, VOICE);
    coder._encoder_ctl(CONTROL.reset, 0);
    coder._decoder_ctl(CONTROL.reset, 0);
    coder._encoder_ctl(CONTROL.bitrate, BITRATE);
    coder._encoder_ctl(CONTROL.complexity, COMPLEXITY);
    coder._encoder_ctl(CONTROL.inBandFec, 1);
    coder._encoder_ctl(CONTROL.packetLossPercent, EXPECTED_LOSS_PERCENT);
    return coder;
  }

  give(coder: Coder): void {
    this.#free.push(coder);
  }
}

let library: Library | undefined;

/** Loaded with the first call that speaks Opus, unless asked for before. */
export const loadOpus = (): Library => (library ??= new Library());

/** One call's Opus in both directions. To be closed: what it is made of goes to the next one. */
export class Opus {
  readonly #library = loadOpus();
  #coder: Coder | undefined = this.#library.take();

  /** 20 ms or another length that Opus has, into `packet` from `offset` on. Returns the bytes written. */
  encode(samples: Int16Array, packet: Uint8Array, offset: number): number {
    const { native, samples: input, packet: output } = this.#library;
    const words = native.HEAPU16.subarray(input >> 1);
    for (let i = 0; i < samples.length; i += 1) {
      words[2 * i] = samples[i]! & 0xff;
      words[2 * i + 1] = (samples[i]! >> 8) & 0xff;
    }
    const length = this.#coder?._encode(input, 2 * samples.length, output, samples.length) ?? 0;
    if (length <= 0) return 0;
    packet.set(native.HEAPU8.subarray(output, output + length), offset);
    return length;
  }

  /** A packet to 8 kHz samples: how many; 0 when it is none. */
  decode(packet: Uint8Array, samples: Int16Array): number {
    if (packet.length === 0 || packet.length > MOST_PACKET_BYTES || !this.#coder) return 0;
    const { native, samples: output, packet: input } = this.#library;
    native.HEAPU8.set(packet, input);
    const count = Math.min(samples.length, this.#coder._decode(input, packet.length, output));
    const words = native.HEAPU16.subarray(output >> 1);
    for (let i = 0; i < count; i += 1) samples[i] = words[2 * i]! | (words[2 * i + 1]! << 8);
    return Math.max(0, count);
  }

  close(): void {
    if (this.#coder) this.#library.give(this.#coder);
    this.#coder = undefined;
  }
}
