import { prompt } from '#flows/prompt.ts';
import { unwritten } from '../family-line/unwritten.ts';
import type { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { playMusic } from './music.ts';
import type { GivenCall } from './ring-agent.ts';

/** A caller whom the agent has put on hold: the two are apart, and the caller is asked to stay and hears music. */
export class OnHold {
  readonly #agent: Leg;
  readonly #call: GivenCall;
  readonly #over = new AbortController();
  readonly #waits: Promise<void>;

  private constructor(agent: Leg, call: GivenCall) {
    this.#agent = agent;
    this.#call = call;
    this.#waits = this.#wait();
  }

  /** Takes the two apart. Rejects when a leg ends. */
  static async begin(agent: Leg, call: GivenCall): Promise<OnHold> {
    await call.leg.endpoint.unbridge();
    return new OnHold(agent, call);
  }

  /** Nothing of the music is heard any more; the two stay apart. */
  async stop(): Promise<void> {
    this.#over.abort(itIsOver);
    await this.#waits;
    // Keys that were pressed to the music mean nothing.
    this.#call.leg.digits.forget();
  }

  /** The two hear each other again. */
  async resume(): Promise<void> {
    await this.stop();
    await this.#call.leg.endpoint.bridge(this.#agent.endpoint);
  }

  /** Never rejects: a leg that has ended is noticed by whoever has the talk. */
  async #wait(): Promise<void> {
    const { callId, holdMusic, language, leg, platform } = this.#call;
    const signal = AbortSignal.any([this.#call.signal, this.#over.signal]);
    const parts = { ...platform, leg, record: unwritten(callId), language, voiceFolder: '', signal };
    try {
      await new SpokenLine(parts).say(prompt('hold.stay'));
      const music = playMusic(leg.endpoint, holdMusic, leg.ended);
      try {
        await new Promise((_resolve, reject) => {
          if (signal.aborted) reject(signal.reason);
          else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      } finally {
        await music.stop();
      }
    } catch (error) {
      if (!signal.aborted && !leg.ended.aborted)
        platform.log.warn({ call: callId, err: error }, 'a caller on hold hears nothing');
    }
  }
}

const itIsOver = 'the caller is on hold no more';
