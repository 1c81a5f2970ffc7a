/** A recording that plays: each channel can be silenced by itself. */
export class Sound {
  readonly element: HTMLAudioElement;
  readonly #channels: number;
  #gains: GainNode[] | undefined;
  #heard: readonly boolean[];
  #context: AudioContext | undefined;

  /** Nothing is asked for before it is played: listening is written down. */
  constructor(url: string, channels: number) {
    this.element = new Audio();
    this.element.preload = 'none';
    this.element.src = url;
    this.element.preservesPitch = true;
    this.#channels = channels;
    this.#heard = Array.from({ length: channels }, () => true);
  }

  /** Rejects when the sound cannot be had, or the browser does not let it play. */
  async play(): Promise<void> {
    // Made now: a browser lets nothing sound before somebody has asked for it.
    if (this.#channels > 1) this.#wire();
    await this.#context?.resume();
    await this.element.play();
  }

  hear(heard: readonly boolean[]): void {
    this.#heard = heard;
    this.#gains?.forEach((gain, channel) => (gain.gain.value = heard[channel] === false ? 0 : 1));
  }

  close(): void {
    this.element.pause();
    this.element.removeAttribute('src');
    this.element.load();
    void this.#context?.close();
  }

  /** Both sides are heard in both ears, as loud as each is. */
  #wire(): void {
    if (this.#gains) return;
    const context = (this.#context = new AudioContext());
    const split = context.createChannelSplitter(this.#channels);
    const together = context.createGain();
    context.createMediaElementSource(this.element).connect(split);
    this.#gains = Array.from({ length: this.#channels }, (_, channel) => {
      const gain = context.createGain();
      split.connect(gain, channel);
      gain.connect(together);
      return gain;
    });
    together.connect(context.destination);
    this.hear(this.#heard);
  }
}
