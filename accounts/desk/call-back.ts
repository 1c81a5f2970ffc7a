import { DateTime } from 'luxon';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Database } from '#db/connect.ts';
import { isCallBackOpen, type Entry } from '#db/desk/entries.ts';
import { callableNumber } from '../numbers/callable-number.ts';
import { zonesOfNumber } from './area-zones.ts';
import { openingAt } from './hours.ts';
import { deskTermsAt, type DeskTerms } from './terms.ts';

export type CallBackNumber =
  | { readonly kind: 'number'; readonly number: string }
  /** `foreign`: nobody is called back there; `waits`: a call to it is promised already. */
  | { readonly kind: 'refused'; readonly why: 'not-callable' | 'foreign' | 'waits' };

/** The United States and their territories. */
const here: ReadonlySet<string | undefined> = new Set(['US', 'PR', 'VI', 'GU', 'AS', 'MP']);

/** Whether an agent can call somebody on a number, as it came or was typed. A premium or toll-free one is nobody's telephone. */
export function numberOfSomebody(text: string): CallBackNumber {
  const callable = callableNumber(text);
  if (callable.kind !== 'number') return { kind: 'refused', why: 'not-callable' };
  const { number } = callable;
  if (!here.has(parsePhoneNumberFromString(number)?.country)) return { kind: 'refused', why: 'foreign' };
  return { kind: 'number', number };
}

/** Where somebody can be called back who was heard of by this number alone; undefined: nowhere, or it was withheld. */
export function ownNumber(callingNumber: string | undefined): string | undefined {
  const own = callingNumber === undefined ? undefined : numberOfSomebody(callingNumber);
  return own?.kind === 'number' ? own.number : undefined;
}

/** Whether an agent can call there, for a place that is kept: one at a time for a number. */
export async function callBackNumber(db: Database, text: string): Promise<CallBackNumber> {
  const somebody = numberOfSomebody(text);
  if (somebody.kind !== 'number' || !(await isCallBackOpen(db, somebody.number))) return somebody;
  return { kind: 'refused', why: 'waits' };
}

/** Whether it is an hour at which this number may be rung: in every time zone where it may be (47 CFR 64.1200(c)(1)). */
export const mayRing = (number: string, at: Date, { from, until }: DeskTerms['callBack']): boolean =>
  zonesOfNumber(number).every((zone) => {
    const there = DateTime.fromJSDate(at, { zone }).toFormat('HH:mm');
    return there >= from && there < until;
  });

/** Whether an entry's turn may come now: who is on the line always; who is called back while agents are there and it may ring. */
export const mayBeServed = (
  { way, callBackNumber }: Pick<Entry, 'way' | 'callBackNumber'>,
  at: Date,
  { open, callBack }: { readonly open: boolean; readonly callBack: DeskTerms['callBack'] },
): boolean => way === 'line' || (open && callBackNumber !== undefined && mayRing(callBackNumber, at, callBack));

/** Whether somebody whose turn is expected at `at` is called then, or must wait for the morning: the desk is closed, or it is too late there. */
export async function whenCalled(db: Database, number: string, at: Date): Promise<'today' | 'morning'> {
  const open = (await openingAt(db, at)).kind === 'open';
  const { callBack } = await deskTermsAt(db, at);
  return mayBeServed({ way: 'call-back', callBackNumber: number }, at, { open, callBack }) ? 'today' : 'morning';
}
