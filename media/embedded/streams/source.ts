/** A sound to be played: 8 kHz mono samples, drawn 20 ms at a time. */
export interface SoundSource {
  /** Fills `into` from `offset`; returns how many samples came. Fewer than asked only at the end, or when it fails on the way. */
  read(into: Int16Array, offset: number, count: number): number;
  /** Goes on at this sample; sources that cannot do so ignore it. */
  seek(sample: number): void;
  close(): void;
}

/** Why a sound cannot be played; `missing` is FreeSWITCH's FILE NOT FOUND. */
export class SoundFault extends Error {
  readonly path: string;
  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.path = path;
  }
}
