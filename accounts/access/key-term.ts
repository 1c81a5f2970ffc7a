const DAY_MS = 86_400_000;

/** How long a service key is good, in days, unless something else is asked; and the most. */
export const KEY_DAYS = { usual: 365, most: 730 } as const;
/** From how many days before its end on it is told that a key ends. */
const SOON_DAYS = 30;

export interface Ending {
  readonly endsAt: Date;
}

/** Whether a key may be made for so many days. */
export const isKeyTerm = (days: number): boolean => Number.isInteger(days) && days >= 1 && days <= KEY_DAYS.most;

export const endOfKey = (madeAt: Date, days: number): Date => new Date(madeAt.getTime() + days * DAY_MS);

export const hasEnded = ({ endsAt }: Ending, now: Date): boolean => now >= endsAt;

export const endsSoon = ({ endsAt }: Ending, now: Date): boolean =>
  endsAt.getTime() - now.getTime() <= SOON_DAYS * DAY_MS;

/** What was told at this time, or before it, is told anew. */
export const aDayBefore = (now: Date): Date => new Date(now.getTime() - DAY_MS);
