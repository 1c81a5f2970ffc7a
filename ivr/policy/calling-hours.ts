import type { CallingHours, Weekday } from '#db/facilities.ts';
import { DateTime, IANAZone } from 'luxon';

type Window = NonNullable<CallingHours[Weekday]>[number];

const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/**
 * Whether the calling hours are open, by the clock on the wall, `from` included and `to` not: an hour that summer time repeats
 * is open twice, one that it skips never comes. A day without windows is closed; a night is two windows, to '24:00' and from
 * '00:00'. Undefined when it cannot be said: no such IANA time zone, a window of that day that is none, an invalid date.
 */
export function isOpen(hours: CallingHours, timeZone: string, at: Date): boolean | undefined {
  const zone = IANAZone.create(String(timeZone)); // keeps what it made: asking Intl anew costs a third of a millisecond
  if (typeof hours !== 'object' || !zone.isValid) return undefined;
  const wall = DateTime.fromJSDate(at, { zone });
  const day = weekdays[wall.weekday - 1];
  if (!wall.isValid || !day) return undefined;
  const minute = wall.hour * 60 + wall.minute;
  const windows: unknown = hours[day] ?? [];
  if (!Array.isArray(windows)) return undefined;
  let open = false;
  for (const window of windows as (Partial<Window> | null)[]) {
    const [start, end] = [minuteOf(window?.from), minuteOf(window?.to)];
    if (start === undefined || end === undefined || start >= end) return undefined;
    if (minute >= start && minute < end) open = true;
  }
  return open;
}

/**
 * Seconds until the calling hours close, at most `atMost`; 0 when they are closed or unknown. A call may not outlast them.
 * Looks from minute to minute, since zones change their offset at whole minutes: meant for the length of a call, not for days.
 */
export function secondsOpen(hours: CallingHours, timeZone: string, at: Date, atMost: number): number {
  if (!isOpen(hours, timeZone, at)) return 0;
  for (let next = nextMinute(at.getTime()); next < at.getTime() + atMost * 1000; next = nextMinute(next))
    if (!isOpen(hours, timeZone, new Date(next))) return (next - at.getTime()) / 1000;
  return atMost;
}

const nextMinute = (milliseconds: number) => (Math.floor(milliseconds / 60_000) + 1) * 60_000;

/** Minutes since midnight of 'HH:MM', 0 to 1440. */
function minuteOf(text: unknown): number | undefined {
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(String(text)) ?? [];
  const total = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && total <= 1440 ? total : undefined;
}
