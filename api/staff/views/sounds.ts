import type { Recording } from '#db/recordings.ts';
import type { Range } from './range.ts';

/** Of one part and one channel: the lowest and the highest sample, in hundredths of the loudest there can be. */
export type Peak = readonly [lowest: number, highest: number];

/** The sound of a recording, wherever it lies. Throws SoundAway when that cannot be reached. */
export interface Sound {
  readonly bytes: number;
  /** As it comes; whoever does not read to the end breaks off the iteration. */
  read(part: Range, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** By parts, then by channels. Fewer parts where there is less sound. */
  peaks(parts: number): Promise<readonly (readonly Peak[])[]>;
}

export interface Sounds {
  /** Of a recording that is finished. */
  of(recording: Recording): Sound;
}

/** What was recorded cannot be had now: its storage is away, or it is not there. */
export class SoundAway extends Error {
  override readonly name = 'SoundAway';
}
