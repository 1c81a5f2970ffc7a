import type { CallFilter } from '../routing/page.ts';

/** What the API is asked for: moments instead of days, `until` the end of its day in the reader's zone. */
export interface CallQuery {
  readonly number?: string;
  readonly facilityId?: string;
  readonly personId?: string;
  readonly disposition?: string;
  readonly from?: string;
  readonly until?: string;
}

export function queryOf({ from, until, ...same }: CallFilter): CallQuery {
  return {
    ...same,
    ...(from !== undefined && { from: startOf(from, 0) }),
    ...(until !== undefined && { until: startOf(until, 1) }),
  };
}

/** The moment at which a day of the reader's calendar begins, so many days later. */
function startOf(isoDay: string, later: number): string {
  const [year = 0, month = 1, day = 1] = isoDay.split('-').map(Number);
  return new Date(year, month - 1, day + later).toISOString();
}
