import { dayOf } from './calendar.ts';
import type { Grammar, SpokenPart } from './value.ts';
import { minutes, money, whole } from './whole-number.ts';

function number(value: number): SpokenPart[] {
  const { thousands, hundreds, rest } = whole(value);
  return [
    ...(thousands > 0 ? [...number(thousands), 'thousand'] : []),
    ...(hundreds > 0 ? [`number-${hundreds}00`] : []),
    ...(rest > 0 || value === 0 ? [`number-${rest}`] : []),
  ];
}

/** As people in the United States say it: "on November twenty-eighth", "nine thirty P M". */
export const english: Grammar = {
  number,
  money: (cents) => money(number, cents),
  minutes: (many) => minutes(number, many),
  date: (date, today) => dayOf(date, today, [`month-${date.month}`, `day-${date.day}`]),
  time(hour, minute) {
    if (minute === 0 && hour % 24 === 0) return ['midnight'];
    if (minute === 0 && hour === 12) return ['noon'];
    const half = hour % 24 < 12 ? 'a-m' : 'p-m';
    const past = minute === 0 ? [] : minute < 10 ? [`minute-0${minute}`] : [`number-${minute}`];
    return [`number-${hour % 12 || 12}`, ...past, half];
  },
};
