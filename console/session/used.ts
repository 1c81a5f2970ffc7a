import { nowMs } from '../clock.ts';

/* When the session was last used, known to every window of this browser. */
const NAME = 'homeline-console-used';

export const markUsed = (): void => localStorage.setItem(NAME, String(nowMs()));

/** Milliseconds since the epoch. */
export const lastUsedMs = (): number => Number(localStorage.getItem(NAME) ?? nowMs());
