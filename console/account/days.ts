const DAY_MS = 86_400_000;
/** A statement is of a year and a day at most. */
export const MOST_DAYS = 367;

/** As ISO days on the reader's calendar, both included: up to today, and so many before. */
export function lastDays(nowMs: number, before: number): { readonly from: string; readonly until: string } {
  const day = (ms: number) => {
    const at = new Date(ms);
    const two = (value: number) => String(value).padStart(2, '0');
    return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  };
  return { from: day(nowMs - before * DAY_MS), until: day(nowMs) };
}

/** Both included; none where one is no day, or the last is before the first. */
export function manyDays(from: string, until: string): number {
  const many = (Date.parse(until) - Date.parse(from)) / DAY_MS + 1;
  return many >= 1 ? many : 0;
}
