import { FRAME_SAMPLES } from '#media/audio/g711.ts';
import { AudioFrame } from '#media/embedded/audio-frame.ts';
import type { Channel } from '#media/embedded/channel.ts';
import { openSound } from '#media/embedded/streams/open.ts';
import { SoundFault, type SoundSource } from '#media/embedded/streams/source.ts';

const SAMPLES_A_MS = 8;
const TICK_MS = 20;
const DEFAULT_PAUSE_MS = 250;

export type Played = 'done' | 'break' | 'missing' | 'timeout';

/**
 * Plays one name, or several separated by `playback_delimiter`, into a channel, 20 ms with each `tick`. Every file has its PLAYBACK_START and
 * PLAYBACK_STOP and leaves its length in the variables `playback_*`.
 */
export class Player {
  readonly #channel: Channel;
  readonly #names: string[];
  readonly #frame = new AudioFrame();
  readonly #pauseTicks: number;
  #source: SoundSource | undefined;
  #name = '';
  #played = 0;
  #pause = 0;
  #offset: number;
  #missing = false;
  #samplesLeft: number;

  /** `offset`: the sample the first file starts at. */
  constructor(channel: Channel, argument: string, offset = 0) {
    const { variables } = channel;
    const delimiter = variables.get('playback_delimiter')?.[0];
    this.#channel = channel;
    this.#names = delimiter === undefined ? [argument] : argument.split(delimiter).filter((name) => name !== '');
    this.#offset = offset;
    this.#pauseTicks = Math.ceil(Math.max(0, variables.integer('playback_sleep_val') ?? DEFAULT_PAUSE_MS) / TICK_MS);
    const limit = variables.integer('playback_timeout_sec') ?? 0;
    this.#samplesLeft = limit > 1 ? limit * 1000 * SAMPLES_A_MS : Infinity;
  }

  /** Opens the first file, so that a missing one is known at once. Undefined: go on with `tick`. */
  start(): Played | undefined {
    return this.#openNext();
  }

  /** The next 20 ms; a result when it is over (then nothing was sent). */
  tick(): Played | undefined {
    if (this.#pause > 0) {
      this.#pause -= 1;
      this.#channel.speakIdle();
      return undefined;
    }
    if (!this.#source) {
      const over = this.#openNext();
      if (over) return over;
    }
    if (this.#samplesLeft <= 0) return this.#stopAll('timeout');
    const count = this.#source!.read(this.#frame.fill(), 0, FRAME_SAMPLES);
    if (count === 0) {
      this.#stop('done');
      this.#pause = this.#names.length > 0 ? this.#pauseTicks : 0;
      return this.#names.length > 0 ? this.tick() : this.#result();
    }
    if (count < FRAME_SAMPLES) this.#frame.change().fill(0, count);
    this.#played += count;
    this.#samplesLeft -= FRAME_SAMPLES;
    this.#channel.speak(this.#frame);
    return undefined;
  }

  /** A key or a command ends it as a whole. */
  stop(): Played {
    return this.#stopAll('break');
  }

  /** `uuid_break`: the present file ends, the next of a list goes on (FreeSWITCH does so also with `all`). True when that was the last. */
  break(): boolean {
    this.#stop('break');
    return this.#names.length === 0;
  }

  #stopAll(how: 'break' | 'timeout'): Played {
    this.#names.length = 0;
    this.#stop(how === 'timeout' ? 'done' : 'break');
    return how;
  }

  #result(): Played {
    return this.#missing ? 'missing' : 'done';
  }

  #openNext(): Played | undefined {
    for (let name = this.#names.shift(); name !== undefined; name = this.#names.shift()) {
      try {
        this.#source = openSound(name);
      } catch (error) {
        if (!(error instanceof SoundFault)) throw error;
        this.#channel.log('warn', 'sound not playable', { reason: error.message });
        this.#missing = true;
        continue;
      }
      this.#missing = false;
      this.#name = name;
      this.#played = 0;
      if (this.#offset > 0) this.#source.seek(this.#offset);
      this.#offset = 0;
      this.#channel.fire('PLAYBACK_START', this.#about());
      return undefined;
    }
    return 'missing';
  }

  #stop(status: 'done' | 'break'): void {
    if (!this.#source) return;
    this.#source.close();
    this.#source = undefined;
    const { variables } = this.#channel;
    const ms = Math.floor(this.#played / SAMPLES_A_MS);
    variables.set('playback_last_offset_pos', String(this.#played));
    variables.set('playback_seconds', String(Math.floor(ms / 1000)));
    variables.set('playback_ms', String(ms));
    variables.set('playback_samples', String(this.#played));
    this.#channel.fire('PLAYBACK_STOP', { ...this.#about(), 'Playback-Status': status });
  }

  #about(): Record<string, string> {
    const about: Record<string, string> = {};
    if (this.#name.startsWith('tone_stream:')) about['Playback-File-Type'] = 'tone_stream';
    about['Playback-File-Path'] = this.#name;
    return about;
  }
}
