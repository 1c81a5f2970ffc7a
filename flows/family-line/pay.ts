import type { Line } from '../line.ts';
import { amountEntry } from '../menu/amount.ts';
import type { Answered } from '../menu/ask-again.ts';
import { enter } from '../menu/entry.ts';
import { choose } from '../menu/menu.ts';
import type { Prompt, Value } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { together } from '../together.ts';
import { CardDigits, typeNew, typeSaved } from './card-entries.ts';
import { payer } from './opening/payer.ts';
import { confirmOr, tell, tellAndAgain } from './pick.ts';
import type { Account, Charged, DeclineReason, SavedCard } from './ports.ts';
import type { Next, Visit } from './visit.ts';
import { leaving } from './visit.ts';

/** Cards that may be declined in one call, and times that a payment may be begun anew. */
const tries = 3;
/** Of silence while a bank takes its time. */
const patienceSeconds = 8;

const money = (cents: number): Value => ({ kind: 'money', cents });

/** What would be charged, and to what. */
interface Order {
  readonly account: Account;
  /** Undefined: a new card. */
  readonly saved: SavedCard | undefined;
  readonly cents: number;
  /** As much as last time, which nobody has chosen yet. */
  readonly again: boolean;
}

/**
 * Adds money to an account (guide rows 26, 31, 32). Nothing is charged before what would be charged was told and confirmed; the
 * digits of the card are zeroed when the charge has settled, and whichever way the caller leaves.
 */
export async function pay(visit: Visit): Promise<Next> {
  const account = await payer(visit);
  if (account.kind !== 'answer') return leaving(account);
  const { payments } = visit.ports;
  const source = await chooseCard(visit, await payments.savedCard(account.value));
  if (source.kind !== 'answer') return leaving(source);

  let saved = source.value;
  let cents = saved?.lastCents;
  let again = cents !== undefined;
  for (let declined = 0, begun = 0; begun < tries * 2; begun++) {
    if (cents === undefined) {
      const amount = await enter(visit.line, amountEntry(payments.limits));
      if (amount.kind !== 'answer') return leaving(amount);
      cents = amount.value;
    }
    const outcome = await payOnce(visit, { account: account.value, saved, cents, again });
    again = false;
    if (outcome.kind === 'left') return outcome.next;
    if (outcome.kind === 'changed') cents = undefined;
    else if (outcome.kind !== 'declined') return told(visit, cents, outcome);
    else {
      const next = await declinedOne(visit, outcome.reason, ++declined === tries);
      payments.heard();
      if (next !== 'another-card') return next;
      saved = undefined;
    }
  }
  return 'agent';
}

/** Why, that nothing was charged, and whether there shall be another card. */
async function declinedOne(visit: Visit, reason: DeclineReason, last: boolean): Promise<Next | 'another-card'> {
  if (last) return tell(visit, why(reason), prompt('pay.no-more'));
  const chosen = await choose<'another-card' | 'menu'>(visit.line, {
    before: [why(reason), prompt('pay.not-charged')],
    choices: [
      { say: prompt('pay.another-card'), value: 'another-card' },
      { say: prompt('next.menu'), value: 'menu' },
    ],
  });
  return chosen.kind === 'answer' ? chosen.value : leaving(chosen);
}

/** What one card and one confirmation came to; 'changed': the caller said no to what was read back. */
type Once = Charged | { readonly kind: 'changed' } | { readonly kind: 'left'; readonly next: Next };

async function payOnce({ line, ports }: Visit, { account, saved, cents, again }: Order): Promise<Once> {
  const digits = new CardDigits();
  try {
    const typed = saved ? await typeSaved(line, saved, digits) : await typeNew(line, ports.payments.thisMonth, digits);
    if (typed.kind !== 'answer') return { kind: 'left', next: leaving(typed) };
    const { card, lastFour } = typed.value;
    const values = { amount: money(cents), card: { kind: 'last-four', digits: lastFour } } as const;
    const readBack = prompt(again ? 'pay.same-again' : 'pay.read-back', values);
    const otherwise = prompt(again ? 'pay.other-amount' : 'confirm.no');
    const confirmed = await confirmOr(line, otherwise, readBack, prompt('pay.fee'));
    if (confirmed.kind !== 'answer') return { kind: 'left', next: leaving(confirmed) };
    if (!confirmed.value) return { kind: 'changed' };
    // Confirmed is confirmed: who hangs up now is charged all the same, and the digits stay until that is done. What befell the money
    // comes first: it must be heard of though the caller is gone as well.
    const charging = ports.payments.charge(account, cents, card);
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

/** Undefined: a new card. The saved one is named only to who has said the passcode, which says as well that it shall be used. */
async function chooseCard(visit: Visit, saved: SavedCard | undefined): Promise<Answered<SavedCard | undefined>> {
  if (!saved) return { kind: 'answer', value: undefined };
  if (!visit.isProven) {
    const proven = await visit.provenOr('passcode.or-card');
    return proven.kind === 'answer' ? { kind: 'answer', value: proven.value && saved } : proven;
  }
  return choose<SavedCard | undefined>(visit.line, {
    choices: [
      { say: prompt('pay.saved-card'), value: saved },
      { say: prompt('pay.new-card'), value: undefined },
    ],
  });
}

function told(visit: Visit, cents: number, outcome: Exclude<Charged, { kind: 'declined' }>): Promise<Next> {
  if (outcome.kind === 'pending') return tell(visit, prompt('pay.pending'));
  const reference = { reference: { kind: 'reference', digits: outcome.reference } } as const;
  // Ten digits twice take longer than anybody should wait to be told the choices.
  const what = [prompt('pay.done', { amount: money(cents) }), prompt('pay.reference', reference)];
  return tellAndAgain(visit, what, [prompt('pay.reference-again', reference)]);
}

/** In plain words, and none that a bank would not have us say. */
const why = (reason: DeclineReason): Prompt => prompt(`declined.${reason}`);
