import type { AudioFrame } from '#media/embedded/audio-frame.ts';

/**
 * Something attached to a channel that hears or changes what passes (FreeSWITCH: a media bug). `heard` gets what the party says, `spoken`
 * what it is about to hear, each in the order of attachment.
 */
export interface Tap {
  readonly name: string;
  /** Changes what passes, so it runs before the taps that only listen on the incoming side. */
  readonly replaces: boolean;
  heard(frame: AudioFrame): void;
  spoken(frame: AudioFrame): void;
  /** The channel's 20 ms are over; frames may have come or not. False ends the tap. */
  tick(): boolean;
  /** Called once when the tap is taken off, also by the end of the channel. */
  close(): void;
}

/** The taps of one channel. */
export class Taps {
  readonly #taps: Tap[] = [];

  get size(): number {
    return this.#taps.length;
  }

  /** Something is laid over what the party hears, so it must hear something. */
  get displaces(): boolean {
    return this.#taps.some((tap) => tap.replaces);
  }

  attach(tap: Tap, first: boolean): void {
    if (first) this.#taps.unshift(tap);
    else this.#taps.push(tap);
  }

  all(): readonly Tap[] {
    return this.#taps;
  }

  remove(tap: Tap): void {
    const at = this.#taps.indexOf(tap);
    if (at < 0) return;
    this.#taps.splice(at, 1);
    tap.close();
  }

  /** Incoming side: all that replace, then all that listen (switch_core_media_bug: replacements come first when a frame is read). */
  heard(frame: AudioFrame): void {
    for (const tap of this.#taps) if (tap.replaces) tap.heard(frame);
    for (const tap of this.#taps) if (!tap.replaces) tap.heard(frame);
  }

  /** Outgoing side: strictly in order of attachment; `first` decides whether a recording hears a mixed-in warning. */
  spoken(frame: AudioFrame): void {
    for (const tap of this.#taps) tap.spoken(frame);
  }

  tick(): void {
    for (let at = this.#taps.length - 1; at >= 0; at -= 1) {
      const tap = this.#taps[at]!;
      if (!tap.tick()) this.remove(tap);
    }
  }

  closeAll(): void {
    while (this.#taps.length > 0) this.remove(this.#taps[0]!);
  }
}
