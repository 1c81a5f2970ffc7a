import type { Law } from '#media/audio/g711.ts';
import { emptyPacket, parseRtp, type RtpPacket } from '#media/rtp/packet.ts';
import { fromAlaw, toLinear } from './mu-law.ts';
import { HeardDigits, type HeardDigit } from './heard-digits.ts';
import { Listeners, type WaitOptions } from './listeners.ts';
import { find, type Likeness, type Place } from './recognition.ts';
import { reference, type Audio, type Reference } from './reference.ts';
import type { RtpAddress } from './rtp-port.ts';
import { goertzel, loudness } from './sound.ts';
import { Sequence } from './sequence.ts';
import { Track } from './track.ts';

/** A sound found in what was heard. Times are ms on the `performance.now()` clock. */
export interface Heard {
  /** Arrival of the packet with the sound's first audible sample (or with the first that came, when its start is missing). */
  readonly atMs: number;
  /** Arrival of the packet with its last audible sample that was heard. */
  readonly untilMs: number;
  /** Whether every audible part of it was heard. */
  readonly complete: boolean;
  readonly matchedSamples: number;
  /** Audible samples of the whole sound. */
  readonly audibleSamples: number;
  readonly likeness: Likeness;
}

export interface HeardOptions {
  /** Look only in what arrived from this time on, ms on the `performance.now()` clock. */
  readonly from?: number;
  /** Default `encoder`: exact, else the same samples from another G.711 encoder. */
  readonly tolerance?: Likeness;
}

export interface EarCounts {
  readonly packets: number;
  readonly lost: number;
  readonly reordered: number;
  readonly duplicates: number;
  readonly markers: number;
  readonly ssrcChanges: number;
  /** Timestamps that left the time of arrival by more than two seconds. */
  readonly jumps: number;
  /** Packets that lay over others. */
  readonly overwritten: number;
  /** Datagrams that were no RTP or had a payload type that was not agreed. */
  readonly odd: number;
  /** Packets from an address other than the one the first came from. */
  readonly elsewhere: number;
  /** Packets that were never sent, as a tick came late, and whose place in time was closed: see {@link EarOptions}. */
  readonly closed: number;
}

export interface EarOptions {
  /**
   * A sender that comes late to a tick goes on at the next, 20 ms later by its timestamps, without a packet in between: FreeSWITCH does so
   * (docs/differences.md). What it plays is then torn for who compares it by the sample. With this, up to {@link MOST_CLOSED} such ticks in a row are
   * taken out of the time. Default: with the real servers.
   */
  readonly closing?: boolean;
}

const MOST_CLOSED = 4;

const JUMP_SAMPLES = 16_000;
const COMFORT_NOISE = 13;
const NOWHERE: RtpAddress = { address: '', port: 0 };

interface Stream {
  readonly sequence: Sequence;
  /** The number of the last packet with sound, its length in samples, its timestamp and where on the track it lies. */
  number: number;
  length: number;
  timestamp: number;
  at: number;
}

/**
 * Everything one call's phone hears. Samples lie where their RTP timestamps put them; a new SSRC goes on where the last one ended,
 * or as much later as it came.
 */
export class Ear {
  readonly track = new Track();
  readonly #streams = new Map<number, Stream>();
  readonly #laws = new Set<Law>();
  readonly #rtp = emptyPacket();
  readonly #digits: HeardDigits;
  readonly #listeners = new Listeners((place, wanted) => this.#describe(place, wanted));
  #eventType = 101;
  #source: RtpAddress | undefined;
  #current: Stream | undefined;
  #lastArrivalMs = 0;
  #counts = { packets: 0, markers: 0, ssrcChanges: 0, jumps: 0, odd: 0, elsewhere: 0, closed: 0 };
  readonly #closing: boolean;

  constructor(onKey: (key: string, atMs: number) => void = () => {}, options: EarOptions = {}) {
    this.#closing = options.closing ?? process.env['ENGINE'] === 'drachtio';
    this.#digits = new HeardDigits(onKey);
  }

  /** The payload type agreed for telephone-event. */
  expectEvents(payloadType: number): void {
    this.#eventType = payloadType;
  }

  /** Takes one datagram of the RTP port. */
  take(packet: Buffer, arrivalMs: number, source: RtpAddress = NOWHERE): void {
    const rtp = this.#rtp;
    const good = parseRtp(packet, rtp);
    const law: Law | undefined = rtp.payloadType === 0 ? 'PCMU' : rtp.payloadType === 8 ? 'PCMA' : undefined;
    if (!good || (!law && rtp.payloadType !== this.#eventType && rtp.payloadType !== COMFORT_NOISE)) {
      this.#counts.odd++;
      return;
    }
    this.#source ??= source;
    if (source.port !== this.#source.port || source.address !== this.#source.address) this.#counts.elsewhere++;
    this.#counts.packets++;
    if (rtp.marker) this.#counts.markers++;
    const stream = this.#stream(rtp.ssrc, rtp.sequence, rtp.timestamp, arrivalMs);
    if (!stream.sequence.take(rtp.sequence)) return;
    if (law) {
      const at = this.#place(stream, rtp, arrivalMs);
      this.#laws.add(law);
      this.#lastArrivalMs = arrivalMs;
      if (at >= 0) {
        this.track.lay(at, packet, rtp.offset, rtp.length, law === 'PCMA' ? fromAlaw : undefined, arrivalMs);
        if (this.#listeners.any) this.#listeners.look(this.track, this.#law);
      }
    } else if (rtp.payloadType === this.#eventType)
      if (!this.#digits.take(packet.subarray(rtp.offset, rtp.offset + rtp.length), rtp.ssrc, rtp.timestamp, arrivalMs))
        this.#counts.odd++;
  }

  /** The call is over: nobody waits any longer. */
  close(): void {
    this.#listeners.close();
  }

  /** Keys heard as RFC 4733 events, each once. */
  get digits(): readonly HeardDigit[] {
    return this.#digits.all;
  }

  get counts(): EarCounts {
    const sum = { lost: 0, reordered: 0, duplicates: 0 };
    for (const { sequence } of this.#streams.values()) {
      sum.lost += sequence.lost;
      sum.reordered += sequence.reordered;
      sum.duplicates += sequence.duplicates;
    }
    return { ...this.#counts, ...sum, overwritten: this.track.overwritten };
  }

  /** Time between packets with audio as they arrived, in ms, from `fromMs` to `toMs`. All 0 with fewer than two packets. */
  spacing(fromMs = -Infinity, toMs = Infinity): { p50: number; p99: number; max: number } {
    const arrivals = this.track.arrivals.filter((ms) => ms >= fromMs && ms <= toMs);
    const gaps = arrivals.subarray(1).map((ms, i) => ms - arrivals[i]!);
    gaps.sort();
    const at = (share: number): number => gaps[Math.floor((gaps.length - 1) * share)] ?? 0;
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }

  /** Looks for a sound in everything heard so far. @throws WavFault, or the system's error (ENOENT, ...) */
  heard(audio: Audio, { from = -Infinity, tolerance = 'encoder' }: HeardOptions = {}): Heard | undefined {
    const wanted = reference(audio, this.#law);
    const start = from === -Infinity ? 0 : this.track.sampleAt(from);
    const place = find(this.track.samples, wanted, start, tolerance);
    return place && this.#describe(place, wanted);
  }

  #describe(place: Place, wanted: Reference): Heard {
    const [first, last] = [Math.max(0, place.offset + wanted.start), place.offset + wanted.end - 1];
    return {
      atMs: this.#firstArrival(first, last, 80) ?? this.#lastArrivalMs,
      untilMs: this.#firstArrival(Math.min(last, this.track.length - 1), first, -80) ?? this.#lastArrivalMs,
      complete: place.matched === place.audible,
      matchedSamples: place.matched,
      audibleSamples: place.audible,
      likeness: place.likeness,
    };
  }

  /**
   * Resolves when the sound has been heard to its end (or to `until: 'start'`, its first 200 ms), or with undefined when the call
   * ends first. What was heard before counts too, from `from` on. @throws the signal's reason when it is aborted.
   */
  waitFor(audio: Audio, options: WaitOptions = {}): Promise<Heard | undefined> {
    return this.#listeners.add(audio, options, this.track, this.#law);
  }

  /** Linear samples of what arrived from `fromMs` to `toMs`; what never arrived is zero. */
  pcm(fromMs = -Infinity, toMs = Infinity): Int16Array {
    const heard = this.track.samples.subarray(this.track.sampleAt(fromMs), this.track.sampleAt(toMs));
    return Int16Array.from(heard, (byte) => toLinear[byte]!);
  }

  /** Amplitude of one frequency in dBov (0 = the loudest sine there is) in what arrived from `fromMs` to `toMs`. */
  tone(hz: number, fromMs?: number, toMs?: number): number {
    return goertzel(this.pcm(fromMs, toMs), hz);
  }

  /** Loudness (RMS) in dBov of what arrived from `fromMs` to `toMs`; -Infinity when nothing did. */
  level(fromMs?: number, toMs?: number): number {
    return loudness(this.pcm(fromMs, toMs));
  }

  /** Whether nothing audible (no sample above about -54 dBov) arrived from `fromMs` to `toMs`. */
  silence(fromMs?: number, toMs?: number): boolean {
    return this.pcm(fromMs, toMs).every((sample) => Math.abs(sample) < 64);
  }

  /** The law sounds are compared through: A-law as soon as any of it was heard. */
  get #law(): Law {
    return this.#laws.has('PCMA') ? 'PCMA' : 'PCMU';
  }

  #stream(ssrc: number, sequence: number, timestamp: number, arrivalMs: number): Stream {
    let stream = this.#streams.get(ssrc);
    if (!stream) {
      const at = this.#streams.size === 0 ? 0 : this.track.length + this.#pause(arrivalMs);
      stream = { sequence: new Sequence(ssrc, sequence), number: sequence, length: 0, timestamp, at };
      this.#streams.set(ssrc, stream);
    }
    if (this.#current && this.#current !== stream) this.#counts.ssrcChanges++;
    this.#current = stream;
    return stream;
  }

  /** Samples that fit between the last packet and one that arrives now, in whole packets of 20 ms; 0 when it is on time. */
  #pause(arrivalMs: number): number {
    return Math.max(0, Math.round((arrivalMs - this.#lastArrivalMs) / 20) - 1) * 160;
  }

  /** Where on the track this timestamp lies; negative for what was sent before the first packet heard. */
  #place(stream: Stream, { sequence, timestamp, marker, length }: RtpPacket, arrivalMs: number): number {
    const step = (timestamp - stream.timestamp) | 0;
    const late = this.#closing && !marker && sequence === ((stream.number + 1) & 0xffff) ? step - stream.length : 0;
    const ticks = stream.length > 0 ? late / stream.length : 0;
    const closed = Number.isInteger(ticks) && ticks >= 1 && ticks <= MOST_CLOSED;
    if (closed) this.#counts.closed += ticks;
    Object.assign(stream, { number: sequence, length });
    const at = stream.at + (closed ? step - late : step);
    const due = this.track.length + this.#pause(arrivalMs);
    const jumped = this.track.length > 0 && Math.abs(at - due) > JUMP_SAMPLES;
    if (jumped) this.#counts.jumps++;
    stream.timestamp = timestamp;
    return (stream.at = jumped ? due : at);
  }

  #firstArrival(from: number, to: number, step: number): number | undefined {
    for (let at = from; step > 0 ? at <= to : at >= to; at += step) {
      const ms = this.track.arrivalOf(at);
      if (ms !== undefined) return ms;
    }
    return undefined;
  }
}
