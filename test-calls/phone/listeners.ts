import type { Law } from '#media/audio/g711.ts';
import { nextAnchor, placeAt, find, type Likeness, type Place } from './recognition.ts';
import { ANCHOR, head, reference, type Audio, type Reference } from './reference.ts';
import type { Heard, HeardOptions } from './ear.ts';
import type { Track } from './track.ts';

export interface WaitOptions extends HeardOptions {
  readonly signal?: AbortSignal | undefined;
  /** `end` (default): when it has been heard to its end. `start`: when its first 200 ms have. */
  readonly until?: 'start' | 'end';
}

interface Listener {
  readonly audio: Audio;
  readonly how: Likeness;
  readonly start: boolean;
  readonly settle: (heard: Heard | undefined) => void;
  /** Where on the track the sound may begin: before it, it does not. */
  done: number;
  /** How long the track was when all of it was last searched. */
  searched: number;
  /** Where the sound may lie, while the rest of it is awaited. */
  offset: number | undefined;
}

/** With `mixed` there is no anchor to look for: the whole search runs once in so many new samples (half a second). */
const MIXED_STEP = 4000;
/** A sound with less than this share of it heard (packets lost) is another sound with the same ending. */
const ENOUGH = 0.8;
const isEnough = ({ matched, audible }: Place): boolean => matched >= ENOUGH * audible;

/**
 * Whoever waits for a sound. Each packet costs a look for 8 ms of the sound in the 20 ms that are new; only a hit is compared
 * in full, once all of it had the time to arrive.
 */
export class Listeners {
  readonly #waiting = new Set<Listener>();
  readonly #describe: (place: Place, wanted: Reference) => Heard;
  #closed = false;

  constructor(describe: (place: Place, wanted: Reference) => Heard) {
    this.#describe = describe;
  }

  add(audio: Audio, options: WaitOptions, track: Track, law: Law): Promise<Heard | undefined> {
    const { signal, from, tolerance: how = 'encoder', until } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        this.#waiting.delete(listener);
        reject(signal?.reason);
      };
      const settle = (heard: Heard | undefined): void => {
        signal?.removeEventListener('abort', onAbort);
        this.#waiting.delete(listener);
        resolve(heard);
      };
      const done = from === undefined ? 0 : track.sampleAt(from);
      const listener: Listener = {
        audio,
        how,
        start: until === 'start',
        settle,
        done,
        searched: done,
        offset: undefined,
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(listener);
      this.#try(listener, track, law);
      if (this.#closed) settle(undefined);
    });
  }

  /** Whether anybody waits. */
  get any(): boolean {
    return this.#waiting.size > 0;
  }

  look(track: Track, law: Law): void {
    for (const listener of this.#waiting) this.#try(listener, track, law);
  }

  close(): void {
    this.#closed = true;
    for (const { settle } of [...this.#waiting]) settle(undefined);
  }

  #try(listener: Listener, track: Track, law: Law): void {
    const whole = reference(listener.audio, law);
    const wanted = listener.start ? head(whole) : whole;
    const place = listener.how === 'mixed' ? this.#mixed(listener, wanted, track) : this.#next(listener, wanted, track);
    if (place && isEnough(place)) listener.settle(this.#describe(place, wanted));
  }

  #next(listener: Listener, wanted: Reference, track: Track): Place | undefined {
    const anchor = wanted.lastLoud;
    if (anchor === undefined) return undefined;
    for (;;) {
      if (listener.offset === undefined) {
        const at = nextAnchor(track.samples, wanted, anchor, listener.done - ANCHOR + 1, listener.how);
        listener.done = at < 0 ? track.length : at + ANCHOR;
        if (at < 0) return undefined;
        listener.offset = at - anchor;
      }
      if (track.length < listener.offset + wanted.end) return undefined;
      const place = placeAt(track.samples, wanted, listener.offset, listener.how);
      listener.offset = undefined;
      if (place && isEnough(place)) return place;
    }
  }

  #mixed(listener: Listener, wanted: Reference, track: Track): Place | undefined {
    if (track.length - listener.searched < MIXED_STEP) return undefined;
    listener.searched = track.length;
    const place = find(track.samples, wanted, listener.done, 'mixed');
    if (place && place.offset + wanted.end <= track.length) return place;
    listener.done = Math.max(listener.done, track.length - (wanted.end - wanted.start) - MIXED_STEP);
    return undefined;
  }
}
