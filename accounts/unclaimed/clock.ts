const DAY_MS = 24 * 3_600_000;

/** The last moment of use that is long enough ago at `now`: whole days of 24 hours. */
export const dormantBefore = (now: Date, inactiveDays: number): Date => new Date(now.getTime() - inactiveDays * DAY_MS);

/** Whether funds last used at `lastUse` may be set aside at `now` (47 CFR 64.6130: 180 days in a row; any use begins them anew). */
export const isDormant = (lastUse: Date, now: Date, inactiveDays: number): boolean =>
  lastUse.getTime() <= dormantBefore(now, inactiveDays).getTime();
