import { setAside, type Aside } from '#db/desk/in-talk.ts';
import type { Platform } from '../platform.ts';

/** Writes down, for whoever shows it, why the two of a talk do not hear each other. The talk does not wait for it. */
export class AsideWritten {
  readonly #entryId: string;
  readonly #platform: Pick<Platform, 'clock' | 'db' | 'log'>;
  /** One after the other, so that the last counts. */
  #written: Promise<void> = Promise.resolve();

  constructor(entryId: string, platform: Pick<Platform, 'clock' | 'db' | 'log'>) {
    this.#entryId = entryId;
    this.#platform = platform;
  }

  /** Undefined: they hear each other. */
  write(aside: Aside | undefined): void {
    const { clock, db, log } = this.#platform;
    this.#written = this.#written
      .then(() => setAside(db, this.#entryId, aside, clock.now()))
      .catch((error: unknown) =>
        log.warn({ entry: this.#entryId, aside, err: error }, 'how a talk stands is not written down'),
      );
  }
}
