import type { AudioFrame } from '#media/embedded/audio-frame.ts';
import { FrameQueue } from './frame-queue.ts';
import type { Tap } from './tap.ts';

/** Who hears the listener: the party that is listened to, and who talks with it. */
export type HeardBy = { readonly party: boolean; readonly others: boolean };

/**
 * Somebody listens to a party, and perhaps speaks to it (`eavesdrop`). The listener hears what the party says and what it hears, never
 * themselves. Both run on the clocks of their own channels; queues lie between.
 *
 *     party says ──┬───────────────► + others ──► who talks with it
 *                  ├──► listener           ▲
 *     party hears ─┴──► + party ◄── listener's voice
 */
export class Eavesdropping implements Tap {
  readonly name = 'eavesdrop';
  readonly replaces = true;
  readonly #said = new FrameQueue();
  readonly #heard = new FrameQueue();
  readonly #toParty = new FrameQueue();
  readonly #toOthers = new FrameQueue();
  #heardBy: HeardBy;
  #over = false;

  constructor(heardBy: HeardBy) {
    this.#heardBy = heardBy;
  }

  /** The party is gone, or the listener. */
  get over(): boolean {
    return this.#over;
  }

  get heardBy(): HeardBy {
    return this.#heardBy;
  }

  /** What was said before is heard by nobody any more. */
  set heardBy(heardBy: HeardBy) {
    this.#heardBy = heardBy;
    this.#toParty.clear();
    this.#toOthers.clear();
  }

  heard(frame: AudioFrame): void {
    this.#said.put(frame.samples());
    if (this.#heardBy.others) mix(this.#toOthers.take(), frame);
  }

  spoken(frame: AudioFrame): void {
    this.#heard.put(frame.samples());
    if (this.#heardBy.party) mix(this.#toParty.take(), frame);
  }

  /** The listener says this. */
  voice(samples: Int16Array): void {
    if (this.#heardBy.others) this.#toOthers.put(samples);
    if (this.#heardBy.party) this.#toParty.put(samples);
  }

  /** The next 20 ms of both for the listener, into a frame; false: neither has any. */
  next(into: AudioFrame): boolean {
    const [said, heard] = [this.#said.take(), this.#heard.take()];
    if (!said && !heard) return false;
    into.fill().set(said ?? heard!);
    if (said) mix(heard, into);
    return true;
  }

  tick(): boolean {
    return true;
  }

  close(): void {
    this.#over = true;
  }
}

function mix(voice: Int16Array | undefined, frame: AudioFrame): void {
  if (!voice) return;
  const into = frame.change();
  for (let i = 0; i < into.length; i += 1) into[i] = Math.max(-32768, Math.min(32767, into[i]! + voice[i]!));
}
