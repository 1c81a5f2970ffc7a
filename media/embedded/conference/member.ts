import { Concealer } from '#media/audio/concealer.ts';
import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import type { Digit } from '#media/embedded/app-stack.ts';
import { AudioFrame } from '#media/embedded/audio-frame.ts';
import type { Channel } from '#media/embedded/channel.ts';
import type { Conference } from './conference.ts';
import { changeVolume, clip, meanLevel } from './level.ts';
import { PacedQueue } from './paced-queue.ts';
import { SoundQueue } from './sound-queue.ts';
import { Talking } from './talking.ts';

/** One channel in a conference: what it says waits for the conference's clock, what it hears for its own. */
export class Member {
  readonly id: number;
  readonly channel: Channel;
  readonly conference: Conference;
  readonly flags: ReadonlySet<string>;
  /** The channel's application ends. */
  readonly end: () => void;
  readonly talking = new Talking();
  readonly sounds: SoundQueue;
  speaks: boolean;
  hears: boolean;
  /** Steps from -4 to 4. */
  volumeIn = 0;
  volumeOut = 0;
  /** Sounds played to this member alone stand in place of the conference. */
  soundsReplace = false;
  /** Loudness of the last 20 ms. */
  loudness = 0;
  readonly #said = new PacedQueue();
  readonly #concealer = new Concealer();
  /** Frames that were made because none was there in time. */
  #made = 0;
  readonly #own = new Int16Array(FRAME_SAMPLES);
  readonly #mixed = new AudioFrame();
  #contributes = false;
  #hasMix = false;

  constructor(options: {
    id: number;
    channel: Channel;
    conference: Conference;
    flags: ReadonlySet<string>;
    end: () => void;
  }) {
    this.id = options.id;
    this.channel = options.channel;
    this.conference = options.conference;
    this.flags = options.flags;
    this.end = options.end;
    const absent = this.flags.has('second-screen');
    this.speaks = !absent && !this.flags.has('mute');
    this.hears = !absent && !this.flags.has('deaf');
    this.sounds = new SoundQueue((file, samples) => this.conference.memberSoundEnded(this, file, samples));
  }

  get moderator(): boolean {
    return this.flags.has('moderator');
  }

  /** Not counted among the members. */
  get ghost(): boolean {
    return this.flags.has('ghost');
  }

  mute(muted: boolean): void {
    this.speaks = !muted;
    this.loudness = 0;
    this.talking.stop();
    this.#said.clear();
    this.#concealer.forget();
    this.#made = 0;
  }

  /** The member said this. */
  heard(frame: AudioFrame): void {
    // what is lost was concealed at its own time, when the conference wanted it and it was not there
    if (frame.concealed) {
      this.#made = Math.max(0, this.#made - 1);
      return;
    }
    if (this.#replaced(frame) || (!this.speaks && !this.flags.has('mute-detect'))) return;
    const samples = frame.change();
    changeVolume(samples, this.volumeIn);
    this.loudness = meanLevel(samples);
    const change = this.talking.hear(this.loudness);
    if (change) this.conference.talkingChanged(this, change);
    if (this.speaks && (this.talking.now || this.talking.level === 0)) this.#said.put(samples);
  }

  /** The conference's 20 ms: adds what was said to the sum of all. */
  contribute(sum: Int32Array): void {
    this.#contributes = this.speaks && this.#next(this.#own);
    if (this.#contributes) for (let i = 0; i < FRAME_SAMPLES; i += 1) sum[i] = sum[i]! + this.#own[i]!;
  }

  #next(into: Int16Array): boolean {
    const said = this.#said.take();
    if (!said) {
      if (!this.#concealer.conceal(into)) return false;
      this.#made += 1;
      return true;
    }
    into.set(said);
    this.#concealer.came(into);
    return true;
  }

  /** A frame that comes after its time, when another was made in its place. One that comes after lost ones does not. */
  #replaced(frame: AudioFrame): boolean {
    if (this.#made === 0) return false;
    const late = frame.gap === 0 && !frame.fresh;
    this.#made = late ? this.#made - 1 : 0;
    return late;
  }

  /** Nobody is heard yet: what was said is forgotten. */
  withhold(): void {
    this.#said.clear();
    this.#contributes = false;
  }

  /** What all say together, without the member's own voice, clipped to 16 bits. */
  receive(sum: Int32Array): void {
    const mixed = this.#mixed.fill();
    if (!this.hears) mixed.fill(0);
    else if (this.#contributes) for (let i = 0; i < FRAME_SAMPLES; i += 1) mixed[i] = clip(sum[i]! - this.#own[i]!);
    else for (let i = 0; i < FRAME_SAMPLES; i += 1) mixed[i] = clip(sum[i]!);
    changeVolume(mixed, this.volumeOut);
    this.sounds.mixInto(mixed, this.soundsReplace);
    this.#hasMix = true;
  }

  /** The channel's 20 ms. */
  tick(): void {
    if (!this.#hasMix) return this.channel.speakIdle();
    this.#hasMix = false;
    this.channel.speak(this.#mixed);
  }

  /** Keys are events of the channel; with `dist-dtmf` all others get them as well. */
  digit({ digit, duration }: Digit): void {
    if (this.flags.has('dist-dtmf')) this.conference.sendToOthers(this, digit, duration);
  }
}
