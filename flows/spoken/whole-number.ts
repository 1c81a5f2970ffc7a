import type { SpokenPart } from './value.ts';

const most = 999_999;

/** Splits a whole number into the parts that languages name. Throws a RangeError for what nobody says on this line. */
export function whole(number: number): { thousands: number; hundreds: number; rest: number } {
  if (!Number.isInteger(number) || number < 0 || number > most)
    throw new RangeError(`only whole numbers from 0 to ${most} are spoken`);
  return {
    thousands: Math.floor(number / 1000),
    hundreds: Math.floor((number % 1000) / 100),
    rest: number % 100,
  };
}

type Count = (number: number) => SpokenPart[];

/** Dollars and cents, of which a zero is left out; `count` says the numbers before a noun. */
export function money(count: Count, cents: number): SpokenPart[] {
  const size = Math.abs(cents);
  const dollars = Math.floor(size / 100);
  const rest = size % 100;
  const sign = cents < 0 ? ['minus'] : [];
  const dollar = dollars === 1 ? 'dollar' : 'dollars';
  const cent = rest === 1 ? 'cent' : 'cents';
  if (rest === 0) return [...sign, ...count(dollars), dollar];
  if (dollars === 0) return [...sign, ...count(rest), cent];
  return [...sign, ...count(dollars), `${dollar}-and`, ...count(rest), cent];
}

export const minutes = (count: Count, many: number): SpokenPart[] => [
  ...count(many),
  many === 1 ? 'minute' : 'minutes',
];
