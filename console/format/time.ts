import { localeOf, type Language } from './language.ts';

/** Times as the reader reads them. */
export interface Times {
  /** `Nov 28, 2026, 3:04 PM` in the reader's zone. */
  at(iso: string): string;
  /** `3:04:07 PM`. */
  clock(iso: string): string;
  /** `Sat, Nov 28`, of an ISO day. */
  day(isoDay: string): string;
  /** `Nov 28`. */
  shortDay(isoDay: string): string;
  /** The same moment at the facility, `1:04 PM CST`; undefined where its clocks show what the reader's show. */
  there(iso: string, zone: string | undefined): string | undefined;
}

/** `zone` is the reader's, an IANA name; the machine's without. */
export function timesOf(language: Language, zone?: string): Times {
  const locale = localeOf[language];
  const here = zone === undefined ? {} : { timeZone: zone };
  const format = (options: Intl.DateTimeFormatOptions) => {
    const made = new Intl.DateTimeFormat(locale, { ...here, ...options });
    return (iso: string) => made.format(new Date(iso));
  };
  const calendar = (options: Intl.DateTimeFormatOptions) => {
    const made = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone: 'UTC', ...options });
    return (isoDay: string) => made.format(new Date(`${isoDay}T00:00:00Z`));
  };
  const minute = { day: 'numeric', hour: 'numeric', minute: '2-digit' } as const;
  const minuteHere = format(minute);
  return {
    at: format({ year: 'numeric', month: 'short', ...minute }),
    clock: format({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
    day: calendar({ weekday: 'short' }),
    shortDay: calendar({}),
    there(iso, away) {
      if (away === undefined) return undefined;
      const inZone = (options: Intl.DateTimeFormatOptions) =>
        new Intl.DateTimeFormat(locale, { ...options, timeZone: away }).format(new Date(iso));
      if (inZone(minute) === minuteHere(iso)) return undefined;
      return inZone({ hour: 'numeric', minute: '2-digit', timeZoneName: 'short' });
    },
  };
}

/** Seconds as `4:07`, `1:04:07` from an hour on. */
export function shownSeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** Seconds from one moment to another, never fewer than none: clocks of two machines differ. */
export const secondsBetween = (iso: string, nowMs: number): number => Math.max(0, (nowMs - Date.parse(iso)) / 1000);
