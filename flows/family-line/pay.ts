import { amountEntry } from '../menu/amount.ts';
import type { Answered } from '../menu/ask-again.ts';
import { enter } from '../menu/entry.ts';
import { choose } from '../menu/menu.ts';
import { prompt } from '../prompt.ts';
import { payer } from './opening/payer.ts';
import { payOnce } from './pay-once.ts';
import { referenceAgain, result, why } from './pay-words.ts';
import { tell, tellAndAgain } from './pick.ts';
import type { Charged, DeclineReason, SavedCard } from './ports.ts';
import type { Next, Visit } from './visit.ts';
import { leaving } from './visit.ts';

/** Cards that may be declined in one call, and times that a payment may be begun anew. */
const tries = 3;
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
    const outcome = await payOnce(visit.line, payments, { account: account.value, saved, cents, again });
    again = false;
    if (outcome.kind === 'left') return leaving(outcome.way);
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
  // Ten digits twice take longer than anybody should wait to be told the choices.
  const again = outcome.kind === 'captured' ? [referenceAgain(outcome)] : [];
  return tellAndAgain(visit, result(cents, outcome), again);
}
