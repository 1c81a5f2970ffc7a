import { serveQueue, standingOf } from '#accounts/desk/queue.ts';
import { findEntry, leaveQueue, renewPlace } from '#db/desk/entries.ts';
import { isUnavailable } from '#db/unavailable.ts';
import type { Place } from '#flows/family-line/ports.ts';
import type { Language } from '#flows/language.ts';
import type { Leg } from '../leg/leg.ts';
import type { Platform } from '../platform.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { ringAgent } from './ring-agent.ts';
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

/** The {@link Place} of one call. It is given up as soon as its leg ends, whatever the flow does then. */
export class PlaceInQueue implements Place {
  readonly #id: string;
  readonly #language: Language;
  readonly #call: QueuedCall;
  readonly #signal: AbortSignal;

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

  async hold(seconds: number): Promise<'talked' | 'waiting'> {
    const { platform } = this.#call;
    const { clock } = platform;
    const until = clock.elapsed() + seconds * 1000;
    const music = this.#music();
    try {
      for (;;) {
        const agentId = await unlessAborted(this.#look(), this.#signal);
        if (agentId !== undefined) {
          const call = { ...this.#call, entryId: this.#id, language: this.#language, signal: this.#signal };
          const agent = await ringAgent(agentId, call);
          if (agent) {
            await music.stop();
            await talkWithAgent(agent, call);
            return 'talked';
          }
        } else if (clock.elapsed() >= until) return 'waiting';
        await clock.wait(lookMs, this.#signal);
      }
    } finally {
      await music.stop();
    }
  }

  /** Never rejects: a database that is away finds out by itself that nobody keeps this place any more. */
  async leave(): Promise<void> {
    const { platform, callId } = this.#call;
    await leaveQueue(platform.db, this.#id, 'hung-up', platform.clock.now()).catch((error: unknown) =>
      platform.log.warn({ call: callId, err: error }, 'a place in the queue could not be given up'),
    );
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

  /** Plays round until it is stopped; that resolves when nothing is heard of it any more. */
  #music(): { stop(): Promise<void> } {
    const { leg, holdMusic } = this.#call;
    let playing = leg.endpoint.play(holdMusic);
    let stopped = false;
    const round = async () => {
      while ((await playing.ended) === 'played' && !stopped) playing = leg.endpoint.play(holdMusic);
    };
    const over = round().catch(() => undefined);
    return {
      stop: async () => {
        stopped = true;
        playing.stop();
        if (!this.#signal.aborted) await over;
      },
    };
  }
}
