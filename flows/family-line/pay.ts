import { amountEntry } from '../menu/amount.ts';
import type { Answered } from '../menu/ask-again.ts';
import { enter } from '../menu/entry.ts';
import { choose } from '../menu/menu.ts';
import type { Prompt, Value } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { CardDigits, typeNew, typeSaved } from './card-entries.ts';
import { confirm, tell } from './pick.ts';
import type { Account, Charged, DeclineReason, SavedCard } from './ports.ts';
import type { Next, Visit } from './visit.ts';
import { leaving } from './visit.ts';

/** Cards that may be declined in one call, and times that a payment may be begun anew. */
const tries = 3;

const money = (cents: number): Value => ({ kind: 'money', cents });

/**
 * Adds money to an account (guide rows 26, 31, 32). Nothing is charged before what would be charged was told and confirmed; the
 * digits of the card are zeroed when the charge has settled, and whichever way the caller leaves.
 */
export async function pay(visit: Visit): Promise<Next> {
  const account = await visit.account();
  if (account.kind !== 'answer') return leaving(account);
  const { payments } = visit.ports;
  const source = await chooseCard(visit, await payments.savedCard(account.value));
  if (source.kind !== 'answer') return leaving(source);

  let saved = source.value;
  let cents: number | undefined;
  for (let declined = 0, begun = 0; begun < tries * 2; begun++) {
    if (cents === undefined) {
      const amount = await chooseAmount(visit, saved);
      if (amount.kind !== 'answer') return leaving(amount);
      cents = amount.value;
    }
    const outcome = await payOnce(visit, account.value, saved, cents);
    if (outcome.kind === 'left') return outcome.next;
    if (outcome.kind === 'changed') cents = undefined;
    else if (outcome.kind !== 'declined') return told(visit, cents, outcome);
    else if (++declined === tries) return tell(visit, why(outcome.reason), prompt('pay.no-more'));
    else {
      const again = await choose<boolean>(visit.line, {
        before: [why(outcome.reason), prompt('pay.not-charged')],
        choices: [
          { say: prompt('pay.another-card'), value: true },
          { say: prompt('next.menu'), value: false },
        ],
      });
      if (again.kind !== 'answer') return leaving(again);
      if (!again.value) return 'menu';
      saved = undefined;
    }
  }
  return 'agent';
}

/** What one card and one confirmation came to; 'changed': the caller said no to what was read back. */
type Once = Charged | { readonly kind: 'changed' } | { readonly kind: 'left'; readonly next: Next };

async function payOnce(visit: Visit, account: Account, saved: SavedCard | undefined, cents: number): Promise<Once> {
  const { line, ports } = visit;
  const digits = new CardDigits();
  try {
    const typed = saved ? await typeSaved(line, saved, digits) : await typeNew(line, ports.payments.thisMonth, digits);
    if (typed.kind !== 'answer') return { kind: 'left', next: leaving(typed) };
    const { card, lastFour } = typed.value;
    const readBack = prompt('pay.read-back', { amount: money(cents), card: { kind: 'last-four', digits: lastFour } });
    const confirmed = await confirm(line, readBack, prompt('pay.fee'));
    if (confirmed.kind !== 'answer') return { kind: 'left', next: leaving(confirmed) };
    if (!confirmed.value) return { kind: 'changed' };
    // Confirmed is confirmed: who hangs up now is charged all the same, and the digits stay until that is done.
    const charging = ports.payments.charge(account, cents, card);
    const [told, charged] = await Promise.allSettled([line.say(prompt('pay.wait')), charging]);
    // First what befell the money: it must be heard of though the caller is gone as well.
    if (charged.status === 'rejected') throw charged.reason;
    if (told.status === 'rejected') throw told.reason;
    return charged.value;
  } finally {
    digits.wipe();
  }
}

/** Undefined: a new card. The saved one is named only to who has said the passcode. */
async function chooseCard(visit: Visit, saved: SavedCard | undefined): Promise<Answered<SavedCard | undefined>> {
  if (!saved) return { kind: 'answer', value: undefined };
  const chosen = await choose<boolean>(visit.line, {
    choices: [
      { say: prompt('pay.saved-card'), value: true },
      { say: prompt('pay.new-card'), value: false },
    ],
  });
  if (chosen.kind !== 'answer') return chosen;
  if (!chosen.value) return { kind: 'answer', value: undefined };
  const proven = await visit.proven();
  return proven.kind === 'answer' ? { kind: 'answer', value: saved } : proven;
}

/** With a saved card the last amount is one key away. */
async function chooseAmount({ line, ports }: Visit, saved: SavedCard | undefined): Promise<Answered<number>> {
  const entry = amountEntry(ports.payments.limits);
  if (!saved) return enter(line, entry);
  const card = prompt('pay.card', { card: { kind: 'last-four', digits: saved.lastFour } });
  if (saved.lastCents === undefined) return enter(line, { ...entry, ask: [card, ...entry.ask] });
  const chosen = await choose<number | 'other'>(line, {
    before: [card],
    choices: [
      { say: prompt('pay.same-again', { amount: money(saved.lastCents) }), value: saved.lastCents },
      { say: prompt('pay.other-amount'), value: 'other' },
    ],
  });
  if (chosen.kind !== 'answer') return chosen;
  return chosen.value === 'other' ? enter(line, entry) : { kind: 'answer', value: chosen.value };
}

function told(visit: Visit, cents: number, outcome: Exclude<Charged, { kind: 'declined' }>): Promise<Next> {
  if (outcome.kind === 'pending') return tell(visit, prompt('pay.pending'));
  const reference = prompt('pay.reference', { reference: { kind: 'reference', digits: outcome.reference } });
  return tell(visit, prompt('pay.done', { amount: money(cents) }), reference);
}

/** In plain words, and none that a bank would not have us say. */
const why = (reason: DeclineReason): Prompt => prompt(`declined.${reason}`);
