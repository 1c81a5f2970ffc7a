import { EventEmitter } from 'node:events';
import type { RemoteInfo } from 'node:dgram';
import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { emptyPacket, parseRtp, RTP_HEADER_BYTES, writeRtpHeader, type RtpPacket } from '#media/rtp/packet.ts';
import { EVENT_BYTES, eventOfDigit, writeEvent } from '#media/rtp/telephone-event.ts';
import { runApi } from '#media/embedded/api/table.ts';
import { Channel } from '#media/embedded/channel.ts';
import { Engine } from '#media/embedded/engine.ts';
import { Subscription } from '#media/embedded/event-socket/subscription.ts';
import { noLog } from '#media/embedded/log.ts';
import { RtpLeg, type MediaAgreement, type RtpSocket } from '#media/embedded/rtp-leg.ts';

/** For unit tests: a media server without sockets and without time, and parties whose every packet is made and seen by the test. */

class FakeSocket extends EventEmitter implements RtpSocket {
  readonly sent: Buffer[] = [];
  peer: { port: number; address: string } | undefined;

  send(packet: Buffer): void {
    this.sent.push(Buffer.from(packet));
  }
  connect(port: number, address: string): void {
    this.peer = { port, address };
  }
  disconnect(): void {
    this.peer = undefined;
  }
  address(): { address: string; port: number } {
    return { address: '127.0.0.1', port: 40_000 };
  }
  close(): void {
    this.removeAllListeners();
  }
}

export type SeenEvent = Readonly<Record<string, string>>;
export type SentPacket = RtpPacket & { readonly payload: Buffer };

const PHONE: RemoteInfo = { address: '127.0.0.1', port: 5004, family: 'IPv4', size: 0 };
export const PLAIN_AGREEMENT: MediaAgreement = {
  law: 'PCMU',
  audioType: 0,
  eventType: 101,
  remote: PHONE,
  sends: true,
  receives: true,
};

/** An engine whose clock is moved by hand, and which keeps all its events. */
export class FakeServer {
  readonly events: SeenEvent[] = [];
  readonly engine: Engine;
  nowMs = 0;
  #parties: FakeParty[] = [];

  constructor() {
    const settings = { rtpTimeoutSeconds: 300, maxSessions: 100, sipAddress: '127.0.0.1:5080' };
    this.engine = new Engine({ log: noLog, now: () => this.nowMs, address: '127.0.0.1', settings });
    const subscription = new Subscription();
    subscription.format = 'json';
    subscription.add(['ALL']);
    const deliver = (message: string): void => {
      this.events.push(JSON.parse(message.slice(message.indexOf('{'))) as SeenEvent);
    };
    this.engine.bus.add({ subscription, deliver });
  }

  /** A party that is up and waits for its controller. */
  party(agreement: MediaAgreement = PLAIN_AGREEMENT): FakeParty {
    const party = new FakeParty(this, agreement);
    this.#parties.push(party);
    return party;
  }

  /** 20 ms for everybody, so many times; before each, `before` may let parties talk. */
  run(ticks: number, before: (n: number) => void = () => undefined): void {
    for (let n = 0; n < ticks; n += 1) {
      before(n);
      this.nowMs += 20;
      for (const party of this.#parties) party.channel.tick();
      for (const conference of this.engine.conferences.all) conference.tick();
    }
  }

  api(command: string): string {
    return runApi(this.engine, command);
  }

  /** Names of the events of a kind seen so far, or the events themselves. */
  seen(name: string): SeenEvent[] {
    return this.events.filter((event) => event['Event-Name'] === name);
  }
}

export class FakeParty {
  readonly channel: Channel;
  readonly socket = new FakeSocket();
  readonly #header = { sequence: 100, timestamp: 8000, ssrc: 77 };
  readonly #server: FakeServer;

  constructor(server: FakeServer, agreement: MediaAgreement) {
    this.#server = server;
    const uuid = `party-${server.engine.channels.size}`;
    const leg = new RtpLeg(this.socket, () => server.nowMs);
    const profile = {
      callerName: 'a',
      callerNumber: 'a',
      destination: 'b',
      networkAddress: '127.0.0.1',
      context: 'drachtio_mrf',
    };
    this.channel = new Channel(server.engine, { uuid, name: `sofia/${uuid}`, profile, leg });
    leg.agree(agreement);
    this.channel.times.answered = 1;
    this.channel.callState = 'ACTIVE';
    server.engine.add(this.channel);
    for (const variable of ['send_silence_when_idle=-1', 'park_after_bridge=true', 'playback_terminators=none']) {
      const [name = '', value] = variable.split('=');
      this.channel.variables.set(name, value);
    }
    this.channel.apps.reroute([{ app: 'park', argument: '' }]);
  }

  get uuid(): string {
    return this.channel.uuid;
  }

  /** The party says these codes (20 ms); `units` of its timestamps, where they are not bytes. */
  say(codes: Uint8Array, units = codes.length): void {
    this.#packet(0, codes, this.#header.timestamp, false);
    this.#header.timestamp += units;
  }

  /** The network loses a frame. */
  lose(): void {
    this.#header.sequence += 1;
    this.#header.timestamp += FRAME_SAMPLES;
  }

  /** The party leaves out so many frames, without a word. */
  skip(frames: number): void {
    this.#header.timestamp += frames * FRAME_SAMPLES;
  }

  /** The party falls silent, with noise of so many dB below overload, and says nothing for so many frames. */
  pause(level: number, frames: number): void {
    this.#packet(13, Uint8Array.of(level), this.#header.timestamp, false);
    this.#header.timestamp += frames * FRAME_SAMPLES;
  }

  /** The party presses a key: five event packets at once, the last three of them ends. */
  press(digit: string, duration = 800): void {
    const payload = new Uint8Array(EVENT_BYTES);
    for (let n = 1; n <= 5; n += 1) {
      writeEvent(payload, 0, eventOfDigit(digit)!, n >= 3, 10, duration);
      this.#packet(101, payload, this.#header.timestamp, n === 1);
    }
    this.#header.timestamp += duration;
  }

  execute(app: string, argument = '', options: { uuid?: string; lock?: boolean; loops?: number } = {}): void {
    this.channel.apps.execute(app, argument, options);
  }

  variable(name: string): string | undefined {
    return this.channel.variables.get(name);
  }

  /** All packets sent to the party so far. */
  get packets(): SentPacket[] {
    return this.socket.sent.map((bytes) => {
      const header = emptyPacket();
      if (!parseRtp(bytes, header)) throw new Error('not RTP');
      return { ...header, payload: bytes.subarray(header.offset, header.offset + header.length) };
    });
  }

  /** What the party heard, frame by frame. */
  get heard(): Buffer[] {
    return this.packets.filter((packet) => packet.payloadType === 0).map((packet) => packet.payload);
  }

  /** Completed applications with their responses, in order. */
  get completed(): string[] {
    return this.#server
      .seen('CHANNEL_EXECUTE_COMPLETE')
      .filter((event) => event['Unique-ID'] === this.uuid)
      .map((event) => `${event['Application']}: ${event['Application-Response']}`);
  }

  #packet(type: number, payload: Uint8Array, timestamp: number, marker: boolean): void {
    const bytes = Buffer.alloc(RTP_HEADER_BYTES + payload.length);
    writeRtpHeader(bytes, marker, type, this.#header.sequence & 0xffff, timestamp >>> 0, this.#header.ssrc);
    bytes.set(payload, RTP_HEADER_BYTES);
    this.#header.sequence += 1;
    this.socket.emit('message', bytes, PHONE);
  }
}
