import { prompt } from '../prompt.ts';
import type { Entry, Read } from './entry.ts';

export interface AmountLimits {
  readonly minCents: number;
  readonly maxCents: number;
}

/**
 * An amount as people type it on a telephone, in cents: `25` and `25*` are $25.00, `25*5` and `25*50` are $25.50. Without a star it
 * is dollars; only when that many dollars cannot be meant, cents: `2550`, as card terminals have it. It is read back in any case.
 * Undefined: neither is within the limits, or it is no amount.
 */
export function readAmount(typed: string, { minCents, maxCents }: AmountLimits): number | undefined {
  const match = /^(\d{1,5})(?:\*(\d{0,2}))?$/.exec(typed);
  if (!match) return undefined;
  const [, whole = '', part] = match;
  const meant = (cents: number) => (cents >= minCents && cents <= maxCents ? cents : undefined);
  const dollars = meant(Number(whole) * 100 + Number((part ?? '').padEnd(2, '0')));
  return part === undefined ? (dollars ?? meant(Number(whole))) : dollars;
}

export function amountEntry(limits: AmountLimits): Entry<number> {
  const { minCents, maxCents } = limits;
  const between = {
    amount: { kind: 'money', cents: minCents },
    most: { kind: 'money', cents: maxCents },
  } as const;
  return {
    ask: [prompt('amount.ask')],
    max: 8,
    complete: (typed) => /\*\d\d$/.test(typed),
    read(typed): Read<number> {
      const cents = readAmount(typed, limits);
      return cents === undefined
        ? { kind: 'wrong', say: prompt('amount.between', between) }
        : { kind: 'value', value: cents };
    },
  };
}
