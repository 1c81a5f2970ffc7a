/** The pause after the first failure; it doubles with each, up to the longest. Milliseconds. */
const FIRST_MS = 5_000;
const LONGEST_MS = 24 * 3_600_000;
/** How long a webhook may fail in a row before it is disabled. Milliseconds. */
export const GIVE_UP_MS = 5 * 24 * 3_600_000;

/** How long to wait after so many failures in a row, from 1. Milliseconds. */
export const pauseAfter = (failures: number): number =>
  Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 30), LONGEST_MS);
