import { Admission } from './admission.ts';
import { answer } from './answering/answer.ts';
import type { RunningCall } from './answering/answer.ts';
import { Door } from './answering/door.ts';
import { register } from './answering/register.ts';
import { lastWordsSeconds } from './call/last-words.ts';
import { diskMs } from './cdr/call-record.ts';
import { within } from './clock.ts';
import type { Platform } from './platform.ts';
import type { IncomingCall } from '#sip-proxy/drachtio.ts';
import { CallBacks } from './desk/call-backs.ts';
import type { FamilyLineHouse } from './family-line/house.ts';
import { recover } from './recovery.ts';

/** The calls of this process, from its first to its last. */
export class CallService {
  readonly #platform: Platform;
  readonly #running = new Map<string, RunningCall>();
  /** Calls that are being answered, or refused: not yet running. */
  readonly #answering = new Set<Promise<void>>();
  readonly #admission: Admission;
  #callBacks: CallBacks | undefined;
  #draining = false;
  /** Taking no new calls, by an operator's word that may be taken back. */
  #resting = false;
  #stopped = false;

  private constructor(platform: Platform) {
    this.#platform = platform;
    this.#admission = new Admission(platform.terms.limits, platform.clock.elapsed());
  }

  /** Cleans up after a predecessor that died, then takes calls and registrations. */
  static async start(platform: Platform): Promise<CallService> {
    const service = new CallService(platform);
    await recover(platform);
    const door = new Door(platform);
    platform.sip.onCall((call) => {
      if (!service.takesCalls) return call.reject(503, { 'Retry-After': '5' });
      if (!service.#admits(call)) return;
      const answering = answer(call, door, platform, (running) => service.#track(running));
      service.#answering.add(answering);
      void answering.finally(() => service.#answering.delete(answering));
    });
    platform.sip.onRequest('register', (request) => void register(request, door, platform));
    platform.sip.onRequest('options', (request) => request.respond(service.takesCalls ? 200 : 503));
    const { familyLine } = platform;
    if (familyLine) service.#callBacks = service.#callBacksOf(familyLine);
    return service;
  }

  /** Whether new calls are answered: carriers that are refused go elsewhere, and OPTIONS tells them before. */
  get takesCalls(): boolean {
    return !this.#draining && !this.#resting;
  }

  /** Takes no new calls and calls nobody back, or does again; those in progress go on. */
  rest(on: boolean): void {
    if (this.#draining || on === this.#resting) return;
    this.#resting = on;
    const { familyLine, log } = this.#platform;
    log.info({ calls: this.#running.size }, on ? 'takes no new calls' : 'takes calls again');
    this.#callBacks?.stop();
    if (familyLine) this.#callBacks = on ? undefined : this.#callBacksOf(familyLine);
  }

  #callBacksOf(familyLine: FamilyLineHouse): CallBacks {
    return new CallBacks(familyLine, this.#platform, (running) => this.#track(running));
  }

  get callsInProgress(): number {
    return this.#running.size;
  }

  dump(): unknown {
    return [...this.#running.values()].map(({ id, leg, record }) => ({
      call: id,
      endpoint: leg?.endpoint.id,
      states: record.states,
    }));
  }

  /** Asked before anything else: to refuse a call must cost next to nothing. */
  #admits(call: IncomingCall): boolean {
    const { clock, log, loopDelayMs, meter } = this.#platform;
    const load = { calls: this.#answering.size + this.#running.size, loopDelayMs: loopDelayMs() };
    const answer = this.#admission.ask(load, clock.elapsed());
    if (answer.kind === 'admitted') return true;
    const { why, cause, retryAfterSeconds } = answer;
    meter.shed(why);
    log.warn({ from: call.source, why, ...load }, 'a call was shed: this process carries what it can');
    call.reject(503, { 'Retry-After': String(retryAfterSeconds), Reason: `Q.850;cause=${cause}` });
    return false;
  }

  #track(call: RunningCall): void {
    this.#running.set(call.id, call);
    if (this.#stopped) call.stop();
    void call.done.finally(() => call.record.settled()).finally(() => this.#running.delete(call.id));
  }

  /**
   * Leaves its calls as they are: without the SIP server their phones cannot be told, and whoever starts next under this name
   * does that. Resolves when what they wrote is durable, `seconds` later at most.
   */
  async leave(seconds: number): Promise<void> {
    this.#draining = true;
    this.#callBacks?.stop();
    await this.#written(seconds);
  }

  /**
   * Takes no new calls, waits up to `seconds` for those in progress, then ends them with a last word to both sides. Resolves when
   * all is written, {@link afterDrainSeconds} after that at most; whoever starts next under this name closes what is left.
   */
  async drain(seconds: number): Promise<void> {
    this.#draining = true;
    this.#callBacks?.stop();
    await this.#over(seconds);
    this.#stopped = true;
    for (const call of this.#running.values()) call.stop();
    await this.#over(lastWordsSeconds + partingSeconds);
    for (const { leg } of this.#running.values()) void leg?.end(41, 'shutdown');
    await this.#over(partingSeconds);
    await this.#written(writingSeconds);
  }

  /** Waits until every call is over, `seconds` at most. */
  #over(seconds: number): Promise<boolean> {
    const all = async () => {
      await Promise.all(this.#answering);
      await Promise.allSettled([...this.#running.values()].map(({ done }) => done));
    };
    return within(this.#platform.clock, seconds * 1000, all());
  }

  /** Waits until what the calls wrote is durable, in the database or on disk, `seconds` at most. */
  async #written(seconds: number): Promise<void> {
    const withinMs = Math.max(0, seconds * 1000 - diskMs);
    await Promise.all([...this.#running.values()].map(({ record }) => record.settled(withinMs)));
  }
}

/** How long phones may take to confirm that they have hung up, and a recording to be whole, in seconds. */
const partingSeconds = 2;
/** How long the database and the disk may take to keep what the calls wrote last, in seconds. */
const writingSeconds = 3;
/** How long {@link CallService.drain} takes at most once its own time is over, in seconds. */
export const afterDrainSeconds = lastWordsSeconds + 2 * partingSeconds + writingSeconds;
