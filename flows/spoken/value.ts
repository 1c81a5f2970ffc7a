/** A day of the calendar on the wall; months 1 to 12. Whoever has an instant decides the time zone. */
export interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** What is spoken in pieces, because it has more values than anybody can record. */
export type SpokenValue =
  /** US dollars, in whole cents; below zero it is said with "minus". */
  | { readonly kind: 'money'; readonly cents: number }
  /** With its preposition ("on November fifth", "el cinco de noviembre"); the year only when it is not that of `today`. */
  | { readonly kind: 'date'; readonly date: CalendarDay; readonly today: CalendarDay }
  /** On a 24-hour clock. */
  | { readonly kind: 'time'; readonly hour: number; readonly minute: number }
  | { readonly kind: 'minutes'; readonly minutes: number }
  | { readonly kind: 'number'; readonly number: number }
  /** The end of a card number; more than four digits are refused. */
  | { readonly kind: 'last-four'; readonly digits: string }
  /** A reference or an account number, in the groups in which people write such things down. */
  | { readonly kind: 'reference'; readonly digits: string }
  /** E.164, or as it was typed. */
  | { readonly kind: 'phone'; readonly number: string };

/** A recordable piece (by its name in the catalogue), or a silence in milliseconds. */
export type SpokenPart = string | number;

export interface Grammar {
  money(cents: number): SpokenPart[];
  date(date: CalendarDay, today: CalendarDay): SpokenPart[];
  time(hour: number, minute: number): SpokenPart[];
  minutes(minutes: number): SpokenPart[];
  number(number: number): SpokenPart[];
}
