import { readMoney } from '../format/money.ts';

/** What a deposit may be, cents (guide row 31). The server decides. */
const [LEAST, MOST] = [200, 10_000];

/** Cents that may be paid in; undefined: what was typed is no such amount. */
export function amountOf(typed: string): number | undefined {
  const cents = readMoney(typed);
  return cents !== undefined && cents >= LEAST && cents <= MOST ? cents : undefined;
}
