import type { Law } from '#media/audio/g711.ts';
import { Ear } from './ear.ts';
import { Mouth } from './mouth.ts';
import { RtpPort } from './rtp-port.ts';
import { answering, readAudio, writeAudio, type Direction, type RemoteAudio } from './session-description.ts';

/** Our payload type of telephone-event in what we offer. */
const EVENTS = 101;
/** What was on its way when the call ended has arrived after so long. */
const LATE_MS = 300;

/** One call's ear and mouth, their RTP port, and what was agreed about them (RFC 3264). */
export class Voice {
  readonly ear: Ear;
  readonly mouth = new Mouth((packet) => this.#speak(packet));
  /** Resolves when the port is open; `offer`, `answer` and `accept` want that. */
  readonly opened: Promise<void>;
  /** Packets that came when the call was over. */
  after = 0;
  /** Of these, the ones that came when it had been over for a while. */
  late = 0;
  /**
   * What a bad network does to what is spoken: it gets each packet and may send it once, twice, later or not at all. Packets are
   * used again: one that is kept must be copied.
   */
  disturb: ((packet: Buffer, send: (packet: Buffer) => void) => void) | undefined;
  readonly #law: Law;
  readonly #sessionId = Math.floor(Math.random() * 2 ** 31);
  #port: RtpPort | undefined;
  #version = 0;
  #written = '';
  #closed = false;
  #eventType: number | undefined = EVENTS;
  #direction: Direction = 'sendrecv';
  /** What we offered last; it counts when it is answered. */
  #offered: Direction = 'sendrecv';

  constructor(host: string, law: Law, onKey: (key: string, atMs: number) => void) {
    this.#law = law;
    this.ear = new Ear(onKey);
    this.opened = this.#open(host);
  }

  /** Ours: what is heard and spoken as we see it. */
  get direction(): Direction {
    return this.#direction;
  }

  /** Datagrams that came to the RTP port. */
  get packets(): number {
    return this.#port?.packets ?? 0;
  }

  /** RTCP packets received. */
  get reports(): number {
    return this.#port?.reports ?? 0;
  }

  /** From now on no telephone events are offered. */
  haveNoEvents(): void {
    this.#eventType = undefined;
  }

  /** An offer, also for a re-INVITE. */
  offer(direction: Direction = 'sendrecv'): string {
    this.#offered = direction;
    return this.#write(direction);
  }

  /** The answer to an offer; undefined when it has no codec of ours. */
  answer(offer: string): string | undefined {
    const remote = readAudio(offer);
    if (!remote?.laws.includes(this.#law)) return undefined;
    this.#eventType = remote.eventType;
    this.#direction = answering(remote.direction);
    this.#agree(remote);
    return this.#write(this.#direction);
  }

  /** Takes the answer to our offer; false when it names no codec of ours. */
  accept(answer: string): boolean {
    const remote = readAudio(answer);
    if (!remote?.laws.includes(this.#law)) return false;
    this.#direction = both(this.#offered, answering(remote.direction));
    this.#agree(remote);
    return true;
  }

  /** The call is over: nothing is said any more, and what is heard from now on is only counted (see `late`). */
  hush(): void {
    this.mouth.close();
    this.ear.close();
    const overMs = performance.now();
    if (!this.#port) return;
    this.#port.onPacket = (_, arrivalMs) => {
      this.after++;
      if (arrivalMs - overMs > LATE_MS) this.late++;
    };
  }

  close(): void {
    this.#closed = true;
    this.mouth.close();
    this.ear.close();
    this.#port?.close();
  }

  #speak(packet: Buffer): void {
    if (this.disturb) this.disturb(packet, (one) => this.#port?.send(one));
    else this.#port?.send(packet);
  }

  async #open(host: string): Promise<void> {
    const port = await RtpPort.open(host);
    this.#port = port;
    if (this.#closed) return port.close();
    port.onPacket = (packet, arrivalMs, source) => this.ear.take(packet, arrivalMs, source);
  }

  #agree({ address, eventType }: RemoteAudio): void {
    if (!this.#port) throw new Error('the RTP port is not open yet');
    this.#port.remote = address;
    // Each side sends the number the other side's description gave (RFC 3264 §5.1).
    this.mouth.agree(this.#law, eventType);
    this.ear.expectEvents(this.#eventType ?? EVENTS);
    this.mouth.hold(this.#direction === 'recvonly' || this.#direction === 'inactive');
  }

  #write(direction: Direction): string {
    if (!this.#port) throw new Error('the RTP port is not open yet');
    const parts = { address: this.#port.local, laws: [this.#law], eventType: this.#eventType, direction };
    const write = (): string => writeAudio({ ...parts, sessionId: this.#sessionId, version: this.#version });
    if (write() !== this.#written) this.#version++;
    return (this.#written = write());
  }
}

/** What is left of two directions. */
function both(one: Direction, other: Direction): Direction {
  const sends = [one, other].every((d) => d === 'sendrecv' || d === 'sendonly');
  const hears = [one, other].every((d) => d === 'sendrecv' || d === 'recvonly');
  if (sends) return hears ? 'sendrecv' : 'sendonly';
  return hears ? 'recvonly' : 'inactive';
}
