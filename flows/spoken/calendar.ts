import type { CalendarDay, SpokenPart } from './value.ts';

/** "today" and "yesterday" by their names, any other day as `named` says it, and the year when it is not this one. */
export function dayOf(date: CalendarDay, today: CalendarDay, named: SpokenPart[]): SpokenPart[] {
  const daysAgo = (noonOf(today) - noonOf(date)) / 86_400_000;
  if (daysAgo === 0) return ['today'];
  if (daysAgo === 1) return ['yesterday'];
  return date.year === today.year ? named : [...named, `year-${date.year}`];
}

const noonOf = ({ year, month, day }: CalendarDay): number => Date.UTC(year, month - 1, day, 12);
