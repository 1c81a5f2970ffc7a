import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { tell } from './pick.ts';
import type { Next, Visit } from './visit.ts';
import { leaving } from './visit.ts';

/** As many as one hears before the first is forgotten. */
const lastDeposits = 3;

/** The balance and the last deposits; only to who has said the passcode, as anybody can forge a calling number. */
export async function hearBalance(visit: Visit): Promise<Next> {
  const account = await visit.proven();
  if (account.kind !== 'answer') return leaving(account);
  const { today, accounts } = visit.ports;
  const { balanceCents, deposits } = await accounts.overview(account.value);
  const told = deposits.slice(0, lastDeposits).map(({ date, cents }): Prompt => {
    const values = { date: { kind: 'date', date, today }, amount: { kind: 'money', cents } } as const;
    return prompt('account.deposit', values);
  });
  const balance = prompt('account.balance', { balance: { kind: 'money', cents: balanceCents } });
  return tell(visit, balance, ...(told.length > 0 ? told : [prompt('account.no-deposits')]));
}
