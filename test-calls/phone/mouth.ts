import { SILENCE_CODE, type Law } from '#media/audio/g711.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from '#media/rtp/packet.ts';
import { EVENT_BYTES, eventOfDigit, writeEvent } from '#media/rtp/telephone-event.ts';
import { beat, FRAME_MS, FRAME_SAMPLES, type Beat } from './beat.ts';
import { encoded, type Audio } from './reference.ts';
import { keyTones } from './sound.ts';

/** When a key was sent, ms on the `performance.now()` clock. */
export interface Pressed {
  /** Its first packet. */
  readonly firstMs: number;
  /** The first packet that said it has ended (for in-band tones: the last packet with tone). */
  readonly endMs: number;
}

export interface Spoken {
  /** When its first packet was sent; NaN when none was. */
  readonly fromMs: number;
  /** When its last packet was sent. */
  readonly untilMs: number;
  /** False when something else was spoken over it, or the call ended. */
  readonly complete: boolean;
}

interface Utterance {
  readonly bytes: Uint8Array;
  readonly endless: boolean;
  readonly done: (spoken: Spoken) => void;
  at: number;
  fromMs: number;
  untilMs: number;
}

interface Key {
  /** Undefined for tones in the audio. */
  readonly event: number | undefined;
  readonly frames: number;
  readonly tones: Uint8Array | undefined;
  readonly done: (pressed: Pressed) => void;
  sent: number;
  timestamp: number;
  firstMs: number;
  endMs: number;
}

/** RFC 4733 §2.5.1.4: the packet with the end bit is sent three times. */
const ENDS = 3;
/** Frames without a key between two keys. */
const GAP = 3;
/** RFC 4733 §2.5.1.3: the longest part of an event that one timestamp can hold, in whole frames. */
const SEGMENT = Math.floor(0xffff / FRAME_SAMPLES) * FRAME_SAMPLES;
/** RFC 4733 §2.3.4, -dBm0. */
const VOLUME = 10;
/** Buffers in use before one is filled again: the system takes a datagram at once, so one would nearly always do. */
const BUFFERS = 16;

/**
 * Sends one RTP packet every 20 ms from `open` to `close`: what is spoken, a key, or silence. While a key is sent the speech waits.
 * The timestamp follows the beat also while the mouth is mute, and the first packet after that carries the marker (RFC 3551 §4.1).
 */
export class Mouth {
  readonly ssrc = Math.floor(Math.random() * 2 ** 32);
  readonly #send: (packet: Buffer) => void;
  readonly #beat: Pick<Beat, 'join'>;
  readonly #buffers = Array.from({ length: BUFFERS }, () => Buffer.alloc(RTP_HEADER_BYTES + FRAME_SAMPLES));
  #law: Law = 'PCMU';
  #eventType: number | undefined = 101;
  #leave: (() => void) | undefined;
  #sequence = Math.floor(Math.random() * 2 ** 16);
  #timestamp = Math.floor(Math.random() * 2 ** 32);
  #marker = true;
  #closed = false;
  #muted = false;
  #held = false;
  #saying: Utterance | undefined;
  #keys: Key[] = [];
  #gap = 0;
  #packets = 0;

  constructor(send: (packet: Buffer) => void, onBeat: Pick<Beat, 'join'> = beat) {
    this.#send = send;
    this.#beat = onBeat;
  }

  /** Packets sent so far. */
  get packets(): number {
    return this.#packets;
  }

  get isOpen(): boolean {
    return this.#leave !== undefined;
  }

  /** What was agreed: the codec, and the payload type of telephone-event (undefined: the other side knows none). */
  agree(law: Law, eventType: number | undefined): void {
    this.#law = law;
    this.#eventType = eventType;
  }

  open(): void {
    if (!this.#closed) this.#leave ??= this.#beat.join(() => this.#frame());
  }

  /** For good: what is asked of it later is done at once, in no time. */
  close(): void {
    this.#closed = true;
    this.#leave?.();
    this.#leave = undefined;
    this.#finish(false);
    for (const key of this.#keys.splice(0)) key.done({ firstMs: key.firstMs, endMs: key.endMs });
  }

  /** Sends nothing at all until `unmute`. */
  mute(): void {
    this.#muted = true;
    this.#marker = true;
  }

  unmute(): void {
    this.#muted = false;
  }

  /** Sends nothing because the other side said so (hold). */
  hold(held: boolean): void {
    if (held) this.#marker = true;
    this.#held = held;
  }

  /** Speaks at once, instead of what is being spoken. An endless sound lasts until the next; silence follows any other. */
  speak(audio: Audio): Promise<Spoken> {
    this.#finish(false);
    const endless = typeof audio === 'object' && 'endless' in audio && audio.endless;
    const bytes = encoded(audio, this.#law);
    return new Promise((done) => {
      this.#saying = { bytes, endless, done, at: 0, fromMs: NaN, untilMs: NaN };
      if (this.#closed) this.#finish(false);
      else if (bytes.length === 0) this.#finish(true);
    });
  }

  /**
   * Presses a key for `ms` (in steps of 20 ms), after those pressed before it.
   * @throws RangeError for a key that is none, Error when events are asked for and the other side takes none
   */
  press(key: string, ms: number, by: 'rfc4733' | 'inband'): Promise<Pressed> {
    const event = eventOfDigit(key);
    if (event === undefined) throw new RangeError(`no such key: ${key}`);
    if (by === 'rfc4733' && this.#eventType === undefined) throw new Error('the other side takes no telephone-event');
    const frames = Math.max(1, Math.round(ms / FRAME_MS));
    const inBand = by === 'inband';
    const tones = inBand ? encoded(keyTones(key.toUpperCase(), frames * FRAME_MS), this.#law) : undefined;
    const start = { sent: 0, timestamp: 0, firstMs: NaN, endMs: NaN };
    if (this.#closed) return Promise.resolve({ firstMs: NaN, endMs: NaN });
    return new Promise((done) => this.#keys.push({ event: inBand ? undefined : event, frames, tones, done, ...start }));
  }

  #frame(): void {
    this.#timestamp = (this.#timestamp + FRAME_SAMPLES) >>> 0;
    if (this.#muted || this.#held) return;
    const key = this.#gap > 0 ? undefined : this.#keys[0];
    if (this.#gap > 0) this.#gap--;
    if (key) this.#key(key);
    else this.#speech();
  }

  #key(key: Key): void {
    const now = performance.now();
    if (key.sent === 0) {
      key.firstMs = now;
      key.timestamp = this.#timestamp;
    }
    key.sent++;
    if (key.sent === key.frames) key.endMs = now;
    if (key.event === undefined) this.#audio(key.tones!.subarray((key.sent - 1) * FRAME_SAMPLES));
    else this.#event(key, key.event);
    if (key.sent < key.frames + (key.event === undefined ? 0 : ENDS - 1)) return;
    this.#keys.shift();
    this.#gap = GAP;
    key.done({ firstMs: key.firstMs, endMs: key.endMs });
  }

  #event(key: Key, event: number): void {
    const duration = Math.min(key.sent, key.frames) * FRAME_SAMPLES;
    // Durations have 16 bits: a longer event goes on in segments, each with the timestamp where the last one stopped.
    const before = Math.floor((duration - 1) / SEGMENT) * SEGMENT;
    const packet = this.#packet(key.sent === 1, this.#eventType ?? 101, (key.timestamp + before) >>> 0, EVENT_BYTES);
    writeEvent(packet, RTP_HEADER_BYTES, event, key.sent >= key.frames, VOLUME, duration - before);
    this.#send(packet);
  }

  #speech(): void {
    const saying = this.#saying;
    if (!saying) return this.#audio(undefined);
    const now = performance.now();
    if (saying.at === 0) saying.fromMs = now;
    saying.untilMs = now;
    if (saying.endless) this.#audio(this.#looped(saying));
    else this.#audio(saying.bytes.subarray(saying.at));
    saying.at += FRAME_SAMPLES;
    if (!saying.endless && saying.at >= saying.bytes.length) this.#finish(true);
  }

  /** The next frame of an endless sound. */
  #looped({ bytes, at }: Utterance): Uint8Array {
    const from = at % bytes.length;
    if (from + FRAME_SAMPLES <= bytes.length) return bytes.subarray(from);
    return Uint8Array.from({ length: FRAME_SAMPLES }, (_, i) => bytes[(from + i) % bytes.length]!);
  }

  /** Sends one packet of audio: the first 20 ms of `bytes`, silence where there are fewer. */
  #audio(bytes: Uint8Array | undefined): void {
    const packet = this.#packet(this.#marker, this.#law === 'PCMU' ? 0 : 8, this.#timestamp, FRAME_SAMPLES);
    this.#marker = false;
    const count = Math.min(bytes?.length ?? 0, FRAME_SAMPLES);
    if (bytes) packet.set(bytes.subarray(0, count), RTP_HEADER_BYTES);
    packet.fill(SILENCE_CODE[this.#law], RTP_HEADER_BYTES + count);
    this.#send(packet);
  }

  #packet(marker: boolean, payloadType: number, timestamp: number, payloadBytes: number): Buffer {
    const packet = this.#buffers[this.#packets++ % BUFFERS]!;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    writeRtpHeader(packet, marker, payloadType, this.#sequence, timestamp, this.ssrc);
    return packet.subarray(0, RTP_HEADER_BYTES + payloadBytes);
  }

  #finish(complete: boolean): void {
    const saying = this.#saying;
    this.#saying = undefined;
    saying?.done({ fromMs: saying.fromMs, untilMs: saying.untilMs, complete });
  }
}
