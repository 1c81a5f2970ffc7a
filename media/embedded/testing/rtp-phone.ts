import { createSocket, type Socket } from 'node:dgram';
import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { emptyPacket, parseRtp, RTP_HEADER_BYTES, writeRtpHeader } from '#media/rtp/packet.ts';
import { EVENT_BYTES, eventOfDigit, writeEvent } from '#media/rtp/telephone-event.ts';
import type { SrtpSession } from '#media/srtp/srtp-session.ts';

/** For tests over real sockets: the sound of a phone. It speaks numbered frames on an absolute 20 ms schedule and keeps what it hears. */

export type HeardPacket = {
  readonly atMs: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly type: number;
  readonly payload: Buffer;
};

export class RtpPhone {
  readonly heard: HeardPacket[] = [];
  /** From now on it speaks and hears SRTP alone. */
  security: SrtpSession | undefined;
  readonly #socket: Socket;
  readonly #frame: (n: number) => Uint8Array;
  readonly #wants: { matches: (packet: HeardPacket) => boolean; resolve: (packet: HeardPacket) => void }[] = [];
  #to = 0;
  #sequence = 1000;
  #timestamp = 50_000;
  #eventTimestamp = 0;
  #timer: NodeJS.Timeout | undefined;
  #spoken = 0;
  readonly #untilSpoken: { frames: number; resolve: () => void }[] = [];

  private constructor(socket: Socket, frame: (n: number) => Uint8Array) {
    this.#socket = socket;
    this.#frame = frame;
    socket.on('message', (bytes) => this.#hear(bytes));
  }

  static async open(frame: (n: number) => Uint8Array): Promise<RtpPhone> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return new RtpPhone(socket, frame);
  }

  /** Resolves when it has spoken so many frames more. */
  speaks(frames: number): Promise<void> {
    return new Promise((resolve) => this.#untilSpoken.push({ frames: this.#spoken + frames, resolve }));
  }

  sdp(formats = '0 101', direction = 'sendrecv', address = '127.0.0.1'): string {
    return [
      'v=0',
      'o=phone 1 1 IN IP4 127.0.0.1',
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${this.#socket.address().port} RTP/AVP ${formats}`,
      'a=rtpmap:101 telephone-event/8000',
      `a=${direction}`,
      '',
    ].join('\r\n');
  }

  /** Speaks to a port of the media server from now on. */
  speakTo(port: number): void {
    this.#to = port;
    const start = performance.now() - 20 * this.#spoken;
    const speak = (): void => {
      while (performance.now() - start >= 20 * this.#spoken)
        this.#send(0, this.#frame(this.#spoken++), FRAME_SAMPLES, false);
      for (let at = this.#untilSpoken.length - 1; at >= 0; at -= 1) {
        if (this.#untilSpoken[at]!.frames <= this.#spoken) this.#untilSpoken.splice(at, 1)[0]!.resolve();
      }
    };
    this.#timer ??= setInterval(speak, 5);
  }

  quiet(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  press(digit: string, to = this.#to): void {
    this.#to = to;
    const payload = new Uint8Array(EVENT_BYTES);
    // the voice goes on meanwhile: keys take no time of its clock, but each has a timestamp of its own
    const voice = this.#timestamp;
    this.#eventTimestamp = Math.max(voice, this.#eventTimestamp + 1);
    for (let n = 1; n <= 5; n += 1) {
      writeEvent(payload, 0, eventOfDigit(digit)!, n >= 3, 10, 800);
      this.#timestamp = this.#eventTimestamp;
      this.#send(101, payload, 0, n === 1);
    }
    this.#timestamp = voice;
  }

  /** The next packet from now on that matches. */
  next(matches: (packet: HeardPacket) => boolean): Promise<HeardPacket> {
    return new Promise((resolve) => this.#wants.push({ matches, resolve }));
  }

  close(): void {
    this.quiet();
    this.#socket.close();
  }

  #send(type: number, payload: Uint8Array, advance: number, marker: boolean): void {
    const bytes = Buffer.alloc(RTP_HEADER_BYTES + payload.length);
    writeRtpHeader(bytes, marker, type, this.#sequence & 0xffff, this.#timestamp, 4711);
    bytes.set(payload, RTP_HEADER_BYTES);
    this.#sequence += 1;
    this.#timestamp += advance;
    this.#socket.send(this.security ? this.security.protect(bytes)! : bytes, this.#to, '127.0.0.1');
  }

  #hear(datagram: Buffer): void {
    const header = emptyPacket();
    const bytes = this.security ? this.security.open(datagram) : datagram;
    if (!bytes || !parseRtp(bytes, header)) return;
    const { sequence, timestamp, marker, payloadType: type } = header;
    const payload = bytes.subarray(header.offset, header.offset + header.length);
    const packet = { atMs: performance.now(), sequence, timestamp, marker, type, payload };
    this.heard.push(packet);
    for (let at = this.#wants.length - 1; at >= 0; at -= 1) {
      if (this.#wants[at]!.matches(packet)) this.#wants.splice(at, 1)[0]!.resolve(packet);
    }
  }
}

export const isSilence = (packet: HeardPacket): boolean =>
  packet.type === 0 && packet.payload.every((code) => code === 0xff);
