import type { SpokenPart } from './value.ts';

/** Between the groups of a number that somebody writes down, milliseconds. */
const groupPause = 350;

/** Digit by digit, as both languages say what is copied down; never "twenty-five fifty". Throws a TypeError for anything else. */
function grouped(groups: readonly string[]): SpokenPart[] {
  if (groups.length === 0) throw new TypeError('there are no digits to speak');
  return groups.flatMap((group, index) => {
    if (!/^\d+$/.test(group)) throw new TypeError('only digits are spoken digit by digit');
    const said = [...group].map((digit) => `number-${digit}`);
    return index === 0 ? said : [groupPause, ...said];
  });
}

/** Groups of three, the last of two to four: nobody keeps more in mind, and none stands alone. */
function inThrees(digits: string): string[] {
  const groups: string[] = [];
  let rest = digits;
  for (; rest.length > 4; rest = rest.slice(3)) groups.push(rest.slice(0, 3));
  return rest === '' ? groups : [...groups, rest];
}

/** A ten-digit reference is 3-3-4, like a phone number. */
export const reference = (digits: string): SpokenPart[] => grouped(inThrees(digits));

/** PCI DSS 3.4.1 would show more; what is spoken in a bus is the last four and no more. */
export function lastFour(digits: string): SpokenPart[] {
  if (!/^\d{1,4}$/.test(digits)) throw new TypeError('at most the last four digits of a card are spoken');
  return grouped([digits]);
}

/** A number of the North American plan without its 1, as people there say it; any other with "plus" before it. */
export function phone(number: string): SpokenPart[] {
  const american = /^(?:\+?1)?([2-9]\d{9})$/.exec(number)?.[1];
  if (american !== undefined) return reference(american);
  return number.startsWith('+') ? ['plus', ...reference(number.slice(1))] : reference(number);
}
