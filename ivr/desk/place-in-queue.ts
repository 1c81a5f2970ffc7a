import { callBackNumber, whenCalled } from '#accounts/desk/call-back.ts';
import { serveQueue, standingOf } from '#accounts/desk/queue.ts';
import { findEntry, keepForCallBack, leaveQueue, renewPlace, stepAside } from '#db/desk/entries.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { Place } from '#flows/family-line/ports.ts';
import type { Language } from '#flows/language.ts';
import type { Leg } from '../leg/leg.ts';
import type { Platform } from '../platform.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { keepPlace } from './keep-place.ts';
import { playMusic } from './music.ts';
import { ringAgent, type GivenCall } from './ring-agent.ts';
import { talkWithAgent } from './talk-with-agent.ts';

/** A call to the 866 line that wants an agent. */
export interface QueuedCall {
  readonly callId: string;
  /** E.164; undefined: withheld. */
  readonly callingNumber: string | undefined;
  readonly leg: Leg;
  readonly platform: Platform;
  readonly holdMusic: string;
  /** Aborted when the platform stops. */
  readonly signal: AbortSignal;
}

/** How often somebody who waits is looked after, and their place kept, milliseconds. */
export const lookMs = 1_000;
/** Who is asked where to be called back is given nobody for this long, seconds. */
const asideSeconds = 180;
const callBackKey = '1';

/** The {@link Place} of one call. It is given up as soon as its leg ends, whatever the flow does then. */
export class PlaceInQueue implements Place {
  /** Another one once an agent has passed the caller on. */
  #id: string;
  readonly #language: Language;
  readonly #call: QueuedCall;
  readonly #signal: AbortSignal;
  #aside = new AbortController();

  constructor(id: string, language: Language, call: QueuedCall) {
    this.#id = id;
    this.#language = language;
    this.#call = call;
    const { ended } = call.leg;
    this.#signal = AbortSignal.any([ended, call.signal]);
    const gone = () => void this.leave();
    if (ended.aborted) gone();
    else ended.addEventListener('abort', gone, { once: true });
  }

  async standing() {
    const { db, clock } = this.#call.platform;
    const now = await standingOf(db, this.#id, clock.now());
    return now && { position: now.position, minutes: now.waitSeconds && Math.ceil(now.waitSeconds / 60) };
  }

  /** Who is passed on by an agent has another place from then on, and waits with music until it comes to a talk again, or the seconds are over. */
  async hold(seconds: number): Promise<'talked' | 'waiting' | 'call-back'> {
    for (;;) {
      const held = await this.#wait(seconds);
      if (typeof held === 'string') return held;
      const end = await talkWithAgent(held, this.#given);
      if (end === 'over') return 'talked';
      this.#id = end.passedOn;
      // They have hung up meanwhile: nobody else gives this place up.
      if (this.#signal.aborted) void this.leave();
    }
  }

  /** The leg of the agent who has taken the call, or how the waiting ended. */
  async #wait(seconds: number): Promise<Leg | 'waiting' | 'call-back'> {
    const { clock } = this.#call.platform;
    const until = clock.elapsed() + seconds * 1000;
    this.#signal.throwIfAborted();
    const music = playMusic(this.#call.leg.endpoint, this.#call.holdMusic, this.#signal);
    const listening = new AbortController();
    const wanted = { callBack: false };
    const pressed = this.#keyPressed(AbortSignal.any([listening.signal, this.#signal])).then((key) => {
      wanted.callBack = key;
    });
    try {
      for (;;) {
        const agentId = await unlessAborted(this.#look(), this.#signal);
        if (agentId !== undefined) {
          const agent = await ringAgent(agentId, this.#given);
          if (agent) return agent;
        } else if (wanted.callBack) return 'call-back';
        else if (clock.elapsed() >= until) return 'waiting';
        await (wanted.callBack
          ? clock.wait(lookMs, this.#signal)
          : Promise.race([clock.wait(lookMs, this.#signal), pressed]));
      }
    } finally {
      listening.abort();
      await music.stop();
    }
  }

  get #given(): GivenCall {
    return { ...this.#call, entryId: this.#id, language: this.#language, signal: this.#signal };
  }

  async stepAside(): Promise<'aside' | 'coming'> {
    const { db, clock } = this.#call.platform;
    const until = new Date(clock.now().getTime() + asideSeconds * 1000);
    if (!(await stepAside(db, this.#id, until))) return 'coming';
    this.#aside = new AbortController();
    void keepPlace(this.#id, this.#call.platform, AbortSignal.any([this.#aside.signal, this.#signal]));
    return 'aside';
  }

  async stepBack(): Promise<void> {
    this.#aside.abort();
    await stepAside(this.#call.platform.db, this.#id, undefined);
  }

  checkNumber(text: string) {
    return callBackNumber(this.#call.platform.db, text);
  }

  async callBack(number: string): Promise<'today' | 'morning' | 'not-kept'> {
    const { db, clock, log } = this.#call.platform;
    await renewPlace(db, this.#id, clock.now());
    const { waitSeconds = 0 } = (await standingOf(db, this.#id, clock.now())) ?? {};
    if (!(await keepForCallBack(db, this.#id, number, clock.now()))) return 'not-kept';
    this.#aside.abort();
    log.info({ call: this.#call.callId, entry: this.#id }, 'somebody keeps their place and is to be called back');
    return whenCalled(db, number, new Date(clock.now().getTime() + waitSeconds * 1000));
  }

  /** Never rejects: a database that is away finds out by itself that nobody keeps this place any more. */
  async leave(): Promise<void> {
    const { platform, callId } = this.#call;
    await leaveQueue(platform.db, this.#id, 'hung-up', platform.clock.now()).catch((error: unknown) =>
      platform.log.warn({ call: callId, err: error }, 'a place in the queue could not be given up'),
    );
  }

  /** True once the key was pressed, false when nobody listens any more. Other keys say nothing. */
  async #keyPressed(signal: AbortSignal): Promise<boolean> {
    const { digits } = this.#call.leg;
    try {
      while ((await digits.next(2 ** 31 - 1, signal)) !== callBackKey);
      return true;
    } catch {
      return false;
    }
  }

  /** Keeps the place, serves the queue, and tells who is to be rung, if anybody. A database that is away is waited for, with music. */
  async #look(): Promise<string | undefined> {
    const { platform, callId } = this.#call;
    const { db, clock, log } = platform;
    try {
      await renewPlace(db, this.#id, clock.now());
      await serveQueue(db, clock.now());
      const entry = await findEntry(db, this.#id);
      return entry?.state === 'ringing' ? entry.agentId : undefined;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      log.warn({ call: callId, err: error }, 'the queue can not be looked at');
      return undefined;
    }
  }
}
