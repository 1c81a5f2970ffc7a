import { randomInt } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import { FRAME_SAMPLES, type Law } from '#media/audio/g711.ts';
import { JitterBuffer } from '#media/rtp/jitter-buffer.ts';
import { newPayloadCoder, type CodedAs, type PayloadCoder } from '#media/rtp/payload-coder.ts';
import { isRtcp } from '#media/rtp/rtcp-packet.ts';
import type { Reception } from '#media/rtp/reception.ts';
import { emptyPacket, parseRtp, RTP_HEADER_BYTES, writeRtpHeader } from '#media/rtp/packet.ts';
import { EVENT_BYTES, TelephoneEventReceiver, writeEvent, type HeardDigit } from '#media/rtp/telephone-event.ts';
import { TelephoneEventSender } from '#media/rtp/telephone-event-sender.ts';
import { SrtpSession, type SecureAgreement } from '#media/srtp/srtp-session.ts';
import type { AudioFrame } from './audio-frame.ts';
import { SourceLatch, type Address, type LatchedSocket } from './source-latch.ts';

/** What was agreed on in SDP. */
export type MediaAgreement = {
  /** G.711's law; with another codec that of our own silence. */
  readonly law: Law;
  /** A codec other than G.711. */
  readonly codec?: CodedAs | undefined;
  readonly audioType: number;
  /** Payload type of telephone-event; null when the peer has none. */
  readonly eventType: number | null;
  /** Where the peer wants its audio; null: nowhere (on hold with 0.0.0.0). */
  readonly remote: Address | null;
  readonly sends: boolean;
  readonly receives: boolean;
  /** SRTP; none: plain RTP. */
  readonly security?: SecureAgreement | null | undefined;
};

const COMFORT_NOISE_TYPE = 13;
/** Outgoing silence longer than this starts a talkspurt: marker bit, timestamp moved on by the clock (RFC 3550 §5.1, RFC 3551 §4.1). */
const TALKSPURT_TICKS = 10;
/** Frames of a bridged party follow each other without a gap in time; only after so long a pause they do not. */
const LATE_TICKS = 100;
/** Where packets in flight are kept by reference when the system's buffer is full, the buffers take turns. */
const SEND_BUFFERS = 8;
const EVENT_VOLUME = 10;
const PACKET_BYTES = RTP_HEADER_BYTES + FRAME_SAMPLES;

/** A UDP socket, as far as a leg needs it. */
export interface RtpSocket extends LatchedSocket {
  on(event: 'message', listener: (bytes: Buffer, source: RemoteInfo) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Memory of the socket's own to make a packet of so many bytes in, when it sends at once: it is valid until the next packet is made. */
  room?(bytes: number): Buffer;
  close(): void;
}

export type LegCounts = {
  packetsIn: number;
  bytesIn: number;
  audioIn: number;
  eventsIn: number;
  comfortIn: number;
  strayIn: number;
  packetsOut: number;
  bytesOut: number;
  audioOut: number;
  eventsOut: number;
  sendErrors: number;
};

const noCounts = (): LegCounts => ({
  packetsIn: 0,
  bytesIn: 0,
  audioIn: 0,
  eventsIn: 0,
  comfortIn: 0,
  strayIn: 0,
  packetsOut: 0,
  bytesOut: 0,
  audioOut: 0,
  eventsOut: 0,
  sendErrors: 0,
});

/**
 * An agreement of the one shape that all legs have. It is looked at with every packet, and V8 finds nothing in its caches of objects that were
 * made by a spread: each of those has a shape of its own.
 */
const shaped = (of: MediaAgreement): MediaAgreement => ({
  law: of.law,
  codec: of.codec,
  audioType: of.audioType,
  eventType: of.eventType,
  remote: of.remote,
  sends: of.sends,
  receives: of.receives,
  security: of.security,
});

/** One RTP session with a party: a socket, what is heard on it and what is said. */
export class RtpLeg {
  readonly counts = noCounts();
  readonly jitter = new JitterBuffer();
  /** Called for every digit the party pressed. */
  onDigit: (digit: HeardDigit) => void = () => undefined;
  /** The party pauses, with noise of so many dB below overload (RFC 3389); -1: it does not. */
  comfortLevel = -1;
  /** Counts what came, for reports. */
  reception: Reception | undefined;
  /** RTCP on the port of RTP. */
  onControl: ((bytes: Buffer) => void) | undefined;
  readonly #socket: RtpSocket;
  readonly #now: () => number;
  readonly #latch: SourceLatch;
  readonly #header = emptyPacket();
  readonly #events = new TelephoneEventReceiver();
  readonly #sender = new TelephoneEventSender();
  readonly #buffers: Buffer[];
  #agreement: MediaAgreement | null = null;
  #srtp: SrtpSession | undefined;
  #coder: PayloadCoder | undefined;
  #ssrc = randomInt(1, 0xffffffff);
  #sequence = randomInt(0, 0x8000);
  #timestamp = randomInt(0, 0x7fffffff);
  #eventTimestamp = 0;
  #tick = 0;
  #lastSentTick = -LATE_TICKS - 1;
  #lastHeardMs: number;
  #heardSsrc = -1;
  #turn = 0;
  #clocked = false;
  #hadPeer = false;
  #closed = false;

  /** `now` in milliseconds, monotonic. */
  constructor(socket: RtpSocket, now: () => number) {
    this.#socket = socket;
    this.#now = now;
    this.#lastHeardMs = now();
    this.#latch = new SourceLatch(socket);
    this.#buffers = Array.from({ length: socket.room ? 0 : SEND_BUFFERS }, () => Buffer.alloc(PACKET_BYTES));
    socket.on('message', (bytes, source) => this.#receive(bytes, source));
    // A refused port (ICMP) is reported on the next send: the peer is gone or not there yet, which RTP timeouts and SIP deal with.
    socket.on('error', () => (this.counts.sendErrors += 1));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get law(): Law {
    return this.#agreement?.law ?? 'PCMU';
  }

  /** Its encoding name. */
  get codecName(): string {
    return this.#agreement?.codec ?? this.law;
  }

  get agreement(): MediaAgreement | null {
    return this.#agreement;
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  get peer(): Address | null {
    return this.#latch.peer;
  }

  /** The clock of what is sent, at this tick. */
  get timestampNow(): number {
    return (this.#timestamp + (this.#tick - this.#lastSentTick) * FRAME_SAMPLES) >>> 0;
  }

  /** Milliseconds since the last packet came (or since the leg was made or agreed on anew). */
  get silentMs(): number {
    return this.#now() - this.#lastHeardMs;
  }

  /** A peer other than ourselves has been named, now or before a hold. */
  get hasPeer(): boolean {
    return this.#hadPeer;
  }

  agree(agreement: MediaAgreement): void {
    if (agreement.codec !== this.#agreement?.codec) this.#coder = agreement.codec && newPayloadCoder(agreement.codec);
    this.#agreement = shaped(agreement);
    this.#srtp = agreement.security ? new SrtpSession(agreement.security, this.#srtp) : undefined;
    this.comfortLevel = -1;
    this.#lastHeardMs = this.#now();
    this.#latch.expect(agreement.remote);
    this.#hadPeer ||= this.#latch.canSend;
  }

  /** 20 ms begin: after this `nextFrame` gives what was heard. Sends the packet of a digit when one is under way. */
  tick(): void {
    this.#tick += 1;
    this.#clocked = false;
    this.jitter.tick();
    const late = this.#events.tick(this.#now());
    if (late) this.onDigit(late);
    if (!this.#sender.active) return;
    this.#advance((this.#tick - this.#lastSentTick) * FRAME_SAMPLES); // the clock of the stream runs on through digits and the pauses between them
    this.#lastSentTick = this.#tick;
    const event = this.#sender.tick();
    this.#clocked = !this.#sender.active; // the audio that goes on in this tick has its timestamp already
    const eventType = this.#agreement?.eventType ?? null;
    if (!event || eventType === null || !this.#mayTalk()) return;
    if (event.newEvent) this.#eventTimestamp = this.#timestamp;
    const packet = this.#packet();
    writeRtpHeader(packet, event.marker, eventType, this.#sequence, this.#eventTimestamp, this.#ssrc);
    writeEvent(packet, RTP_HEADER_BYTES, event.code, event.end, EVENT_VOLUME, event.duration);
    this.counts.eventsOut += 1;
    this.#emit(packet.subarray(0, RTP_HEADER_BYTES + EVENT_BYTES));
  }

  /** The next 20 ms of what the party said, into `frame`; false when nothing more is due. */
  nextFrame(frame: AudioFrame): boolean {
    const heard = this.jitter.next();
    if (!heard) return false;
    if (this.#coder) this.#decode(this.#coder, heard.codes, frame);
    else frame.setCodes(this.law, heard.codes);
    frame.gap = heard.gap;
    frame.fresh = heard.fresh;
    return true;
  }

  #decode(coder: PayloadCoder, codes: Uint8Array, frame: AudioFrame): void {
    coder.decode(codes, frame.fill());
    frame.received = true;
  }

  /** Sends 20 ms. */
  send(frame: AudioFrame): void {
    const agreement = this.#agreement;
    if (!agreement || !this.#mayTalk() || this.#sender.active) return;
    const silent = this.#tick - this.#lastSentTick;
    const marker = silent > (frame.received && !frame.fresh ? LATE_TICKS : TALKSPURT_TICKS);
    const coder = this.#coder;
    const packet = coder ? Buffer.alloc(RTP_HEADER_BYTES + coder.frameBytes) : this.#packet();
    const timestamp = this.#advance(marker ? silent * FRAME_SAMPLES : FRAME_SAMPLES + frame.gap);
    writeRtpHeader(packet, marker, agreement.audioType, this.#sequence, timestamp, this.#ssrc);
    if (coder) coder.encode(frame.samples(), packet, RTP_HEADER_BYTES);
    else frame.writeCodes(agreement.law, packet, RTP_HEADER_BYTES);
    this.counts.audioOut += 1;
    this.#emit(packet);
  }

  /** Queues a digit to be sent as a telephone event; false when it is no digit or the peer has no telephone-event. */
  sendDigit(digit: string, duration?: number): boolean {
    return (this.#agreement?.eventType ?? null) !== null && this.#sender.push(digit, duration);
  }

  /** RTCP, where the peer wants it on the port of RTP. */
  sendControl(packet: Buffer): void {
    const secured = this.protectControl(packet);
    if (secured && !this.#closed) this.#latch.send(secured);
  }

  /** RTCP as it goes to the peer; undefined: not at all. */
  protectControl(packet: Buffer): Buffer | undefined {
    return this.#srtp ? this.#srtp.protectControl(packet) : packet;
  }

  /** RTCP as the peer wrote it; undefined: it is not the peer's. */
  openControl(bytes: Buffer): Buffer | undefined {
    return this.#srtp ? this.#srtp.openControl(bytes) : bytes;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.jitter.reset();
    this.#socket.close();
  }

  #mayTalk(): boolean {
    return !this.#closed && this.#agreement!.sends && this.#latch.canSend;
  }

  #packet(): Buffer {
    if (this.#socket.room) return this.#socket.room(PACKET_BYTES);
    this.#turn = (this.#turn + 1) % SEND_BUFFERS;
    return this.#buffers[this.#turn]!;
  }

  /** Timestamp of what is sent now, so many samples after the last. */
  #advance(samples: number): number {
    if (this.#clocked) this.#clocked = false;
    else this.#timestamp = (this.#timestamp + samples) >>> 0;
    return this.#timestamp;
  }

  #emit(packet: Buffer): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#lastSentTick = this.#tick;
    this.counts.packetsOut += 1;
    this.counts.bytesOut += packet.length;
    const secured = this.#srtp ? this.#srtp.protect(packet) : packet;
    if (secured) this.#latch.send(secured);
    else this.counts.sendErrors += 1;
  }

  #receive(datagram: Buffer, source: RemoteInfo): void {
    const agreement = this.#agreement;
    const header = this.#header;
    if (this.onControl && isRtcp(datagram) && this.#latch.knows(source)) return this.onControl(datagram);
    const bytes = this.#srtp ? this.#srtp.open(datagram) : datagram;
    if (!agreement || !bytes || !parseRtp(bytes, header) || !this.#latch.accept(source, header.sequence)) {
      this.counts.strayIn += 1;
      return;
    }
    this.#lastHeardMs = this.#now();
    this.counts.packetsIn += 1;
    this.counts.bytesIn += bytes.length;
    this.reception?.packet(
      header.ssrc,
      header.sequence,
      header.timestamp,
      header.payloadType === agreement.audioType,
      this.#lastHeardMs,
    );
    if (!agreement.receives) return this.jitter.put(header, bytes, false);
    if (header.ssrc !== this.#heardSsrc) {
      this.#heardSsrc = header.ssrc;
      const former = this.#events.reset();
      if (former) this.onDigit(former);
    }
    if (header.payloadType === agreement.eventType) {
      this.counts.eventsIn += 1;
      this.jitter.put(header, bytes, false);
      const digit = this.#events.packet(header, bytes, this.#lastHeardMs);
      if (digit) this.onDigit(digit);
      return;
    }
    const audio = header.payloadType === agreement.audioType && header.length > 0;
    if (audio) {
      this.#coder?.receive(header, bytes);
      this.counts.audioIn += 1;
      this.comfortLevel = -1;
    } else if (header.payloadType === COMFORT_NOISE_TYPE && header.length > 0) {
      this.counts.comfortIn += 1;
      this.comfortLevel = bytes[header.offset]! & 0x7f;
    } else this.counts.strayIn += 1;
    this.jitter.put(header, bytes, audio && header.length > 0);
  }
}
