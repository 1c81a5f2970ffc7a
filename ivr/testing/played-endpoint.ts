import { setMaxListeners } from 'node:events';
import type { Appointment, Digit, Endpoint, HeardBy, Playback } from '#media/endpoint.ts';
import { EndpointGone } from '#media/endpoint.ts';
import { turns } from './moved-clock.ts';

/** A prompt on a {@link PlayedEndpoint}. It plays until the test lets it end, or until it is stopped. */
export class PlayedPrompt implements Playback {
  readonly path: string;
  readonly ended: Promise<'played' | 'stopped'>;
  stopped = false;
  #settle!: (how: 'played' | 'stopped') => void;
  #reject!: (error: Error) => void;
  readonly #lingers: boolean;

  constructor(path: string, lingers: boolean) {
    this.path = path;
    this.#lingers = lingers;
    this.ended = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#reject = reject;
    });
    this.ended.catch(() => undefined);
  }

  stop(): void {
    this.stopped = true;
    if (!this.#lingers) this.#settle('stopped');
  }

  /** It comes to its end, or to its end after {@link stop}. */
  async end(): Promise<void> {
    this.#settle(this.stopped ? 'stopped' : 'played');
    await turns();
  }

  fail(error: Error): void {
    this.#reject(error);
  }
}

/** An endpoint whose media server is played by a test: it does what it is told when the test lets it. */
export class PlayedEndpoint {
  readonly id: string;
  readonly localSdp = 'our SDP';
  readonly prompts: PlayedPrompt[] = [];
  /** The tone of ringing, once it began. */
  ringing: PlayedPrompt | undefined;
  /** Everything else that it was told, in order. */
  readonly told: string[] = [];
  /** Prompts that are stopped end when the test lets them. */
  lingers = false;
  /** Every prompt is heard to its end as soon as it begins. */
  quick = false;
  /** What the next measurements and recordings give; one more is an error of the test. */
  readonly packets: number[] = [];
  readonly voices: (number | Promise<number>)[] = [];
  recordingRefusal: Error | undefined;
  recordingEnds: () => void = () => {
    throw new Error('nothing is recorded on this endpoint');
  };
  readonly gone: AbortSignal;
  readonly #gone = new AbortController();
  #listener: ((digit: Digit) => void) | undefined;
  readonly #waiting = new Set<{ readonly part: string; readonly tell: (prompt: PlayedPrompt) => void }>();

  constructor(id = '00000000-0000-4000-8000-000000000001') {
    this.id = id;
    this.gone = this.#gone.signal;
    setMaxListeners(0, this.gone);
  }

  /** The same, for whoever takes a real one. */
  get real(): Endpoint {
    return this as unknown as Endpoint;
  }

  get playing(): PlayedPrompt {
    const last = this.prompts.at(-1);
    if (!last) throw new Error('nothing was played on this endpoint');
    return last;
  }

  press(...digits: string[]): void {
    for (const digit of digits) this.letGo(digit, 0);
  }

  /** A key that was held for so long is let go. */
  letGo(digit: string, heldMs: number): void {
    this.#listener?.({ digit, source: 'rtp', heldMs });
  }

  /** The media server ends it, with FreeSWITCH's cause. */
  vanish(cause: string): void {
    this.#gone.abort(cause);
  }

  onDigit(listener: (digit: Digit) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }

  async connectTo(sdp: string): Promise<string> {
    this.told.push(`connect to ${sdp}`);
    return this.localSdp;
  }

  /** The prompt that begins next, or the next whose file has this in its name. */
  begins(part = ''): Promise<PlayedPrompt> {
    return new Promise((resolve) => this.#waiting.add({ part, tell: resolve }));
  }

  play(path: string): PlayedPrompt {
    const prompt = new PlayedPrompt(path, this.lingers);
    this.prompts.push(prompt);
    for (const waiting of [...this.#waiting].filter(({ part }) => path.includes(part))) {
      this.#waiting.delete(waiting);
      waiting.tell(prompt);
    }
    if (this.quick) void prompt.end();
    this.gone.addEventListener('abort', () => prompt.fail(new EndpointGone('endpoint ended')));
    return prompt;
  }

  keyTone(): PlayedPrompt {
    this.told.push('key tone');
    return new PlayedPrompt('key tone', false);
  }

  ring(): PlayedPrompt {
    return (this.ringing = new PlayedPrompt('ringing', false));
  }

  async recordVoice(path: string, maxSeconds: number): Promise<number> {
    this.told.push(`record ${path} for ${maxSeconds} s`);
    const seconds = this.voices.shift();
    if (seconds === undefined) throw new Error('nobody said how long this voice is');
    return seconds;
  }

  async stopRecording(path: string): Promise<void> {
    this.told.push(`stop recording ${path}`);
  }

  /** Ends with {@link recordingEnds}, or is refused with {@link recordingRefusal}. */
  async startRecording(path: string): Promise<{ readonly complete: Promise<void> }> {
    this.told.push(`record the call to ${path}`);
    if (this.recordingRefusal) throw this.recordingRefusal;
    return { complete: new Promise((resolve) => (this.recordingEnds = resolve)) };
  }

  async arrange(appointments: readonly Appointment[]): Promise<void> {
    for (const { afterSeconds, command } of appointments) this.told.push(`after ${afterSeconds} s: ${command}`);
  }

  overlay(path: string): string {
    return `overlay ${path}`;
  }

  farewell(path: string): string {
    return `farewell ${path}`;
  }

  hangUp(): string {
    return 'hang up';
  }

  async bridge(other: PlayedEndpoint): Promise<void> {
    this.told.push(`bridge to ${other.id}`);
  }

  async keepKeys(): Promise<void> {
    this.told.push('keep keys');
  }

  async tellKeys(keys: readonly string[]): Promise<void> {
    this.told.push(`tell ${keys.join('')}`);
  }

  async listenTo(id: string, heardBy: HeardBy, { told, over }: { told: string; over: string }): Promise<void> {
    this.told.push(`listen to ${id}, heard by ${heardBy}: ${told}, then ${over}`);
  }

  async unbridge(): Promise<void> {
    this.told.push('unbridge');
  }

  async packetsReceived(): Promise<number> {
    const packets = this.packets.shift();
    if (packets === undefined) throw new Error('nobody said how many packets came');
    return packets;
  }

  async end(): Promise<void> {
    this.told.push('end');
    this.#gone.abort('NORMAL_CLEARING');
  }
}
