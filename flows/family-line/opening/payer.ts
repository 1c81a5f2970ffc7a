import type { Answered } from '../../menu/ask-again.ts';
import { choose } from '../../menu/menu.ts';
import { prompt } from '../../prompt.ts';
import type { Account } from '../ports.ts';
import type { Visit } from '../visit.ts';
import { openAccount } from './open-account.ts';

/** The account that money is for: that of the calling number; else one whose number is typed, or one that is opened now. */
export async function payer(visit: Visit): Promise<Answered<Account>> {
  // A number of several accounts is nobody's who is new: which one it is, is typed.
  if (visit.isKnown || (await visit.ports.openings.standing()) === 'taken') return visit.account();
  const chosen = await choose<boolean>(visit.line, {
    choices: [
      { say: prompt('open.existing'), value: false },
      { say: prompt('open.new'), value: true },
    ],
  });
  if (chosen.kind !== 'answer') return chosen;
  return chosen.value ? openAccount(visit) : visit.account();
}
