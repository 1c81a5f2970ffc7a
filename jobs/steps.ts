import type { Storage } from '#media/recordings/storage.ts';
import type { Database } from '#db/connect.ts';

/** Each point at which a process may die; whatever was done before it stays done, and the rest is done again. */
export type Step = 'hand' | 'handed' | 'look' | 'put' | 'compare' | 'mark' | 'remove' | 'repair' | 'hash' | 'finish';

/** The part of pino's logger that is used here. */
export interface Log {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** What the work on recordings needs. */
export interface Bench {
  readonly db: Database;
  readonly storage: Storage;
  readonly log: Log;
  readonly now: () => Date;
  /** Told before each step; throwing here is dying there. */
  readonly onStep?: (step: Step, id: string) => void;
}
