import { dayOf } from './calendar.ts';
import type { Grammar, SpokenPart } from './value.ts';
import { minutes, money, whole } from './whole-number.ts';

/** `before` a masculine noun, also before "mil", "uno" is "un": "un dólar", "veintiún mil". "cien" is "ciento" before more. */
function number(value: number, before: boolean): SpokenPart[] {
  const { thousands, hundreds, rest } = whole(value);
  const one = before && rest % 10 === 1 && rest !== 11;
  return [
    ...(thousands > 1 ? number(thousands, true) : []),
    ...(thousands > 0 ? ['thousand'] : []),
    ...(hundreds > 0 ? [`number-${hundreds}00${hundreds === 1 && rest > 0 ? '-and' : ''}`] : []),
    ...(rest > 0 || value === 0 ? [`number-${rest}${one ? '-of' : ''}`] : []),
  ];
}

const counted = (value: number): SpokenPart[] => number(value, true);

/** As people in Latin America and the United States say it: "el cinco de mayo", "las nueve y media de la noche". */
export const spanish: Grammar = {
  number: (value) => number(value, false),
  money: (cents) => money(counted, cents),
  minutes: (many) => minutes(counted, many),
  date: (date, today) => dayOf(date, today, [`day-${date.day}`, `month-${date.month}`]),
  time: (hour, minute) => [
    `hour-${hour % 12 || 12}`,
    ...(minute === 0 ? [] : [`minute-${String(minute).padStart(2, '0')}`]),
    partOfDay(hour % 24),
  ],
};

function partOfDay(hour: number): SpokenPart {
  if (hour === 12) return 'noon';
  if (hour === 0 || hour >= 19) return 'night';
  if (hour < 5) return 'small-hours';
  return hour < 12 ? 'morning' : 'afternoon';
}
