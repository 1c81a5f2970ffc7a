import type { Line } from '../line.ts';
import type { Answered } from '../menu/ask-again.ts';
import { prompt } from '../prompt.ts';
import { together } from '../together.ts';
import { CardDigits, typeNew, typeSaved } from './card-entries.ts';
import { money } from './pay-words.ts';
import { confirmOr } from './pick.ts';
import type { Account, Charged, Payments, SavedCard } from './ports.ts';

/** Of silence while a bank takes its time. */
const patienceSeconds = 8;

/** What would be charged, and to what. */
export interface PayOrder {
  readonly account: Account;
  /** Undefined: a new card. */
  readonly saved: SavedCard | undefined;
  readonly cents: number;
  /** As much as last time, which nobody has chosen yet. */
  readonly again: boolean;
}

/** What one card and one confirmation came to; 'changed': the caller said no to what was read back. */
export type Once =
  | Charged
  | { readonly kind: 'changed' }
  | { readonly kind: 'left'; readonly way: Exclude<Answered<never>, { kind: 'answer' }> };

/**
 * Takes a card, reads back what would be charged, and charges it once it is confirmed. The digits are zeroed when that has settled, and
 * whichever way the caller leaves.
 */
export async function payOnce(
  line: Line,
  payments: Pick<Payments, 'thisMonth' | 'charge'>,
  { account, saved, cents, again }: PayOrder,
): Promise<Once> {
  const digits = new CardDigits();
  try {
    const typed = saved ? await typeSaved(line, saved, digits) : await typeNew(line, payments.thisMonth, digits);
    if (typed.kind !== 'answer') return { kind: 'left', way: typed };
    const { card, lastFour } = typed.value;
    const values = { amount: money(cents), card: { kind: 'last-four', digits: lastFour } } as const;
    const readBack = prompt(again ? 'pay.same-again' : 'pay.read-back', values);
    const otherwise = prompt(again ? 'pay.other-amount' : 'confirm.no');
    const confirmed = await confirmOr(line, otherwise, readBack, prompt('pay.fee'));
    if (confirmed.kind !== 'answer') return { kind: 'left', way: confirmed };
    if (!confirmed.value) return { kind: 'changed' };
    // Confirmed is confirmed: who hangs up now is charged all the same, and the digits stay until that is done. What befell the money
    // comes first: it must be heard of though the caller is gone as well.
    const charging = payments.charge(account, cents, card);
    const [charged] = await together(charging, patience(line, charging));
    return charged;
  } finally {
    digits.wipe();
  }
}

/** Banks mostly answer at once, and now and then in a minute. */
async function patience(line: Line, charging: Promise<unknown>): Promise<void> {
  await line.say(prompt('pay.wait'));
  await line.waitFor(charging, { say: [prompt('pay.still-waiting')], everySeconds: patienceSeconds });
}
