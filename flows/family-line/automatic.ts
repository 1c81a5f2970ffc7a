import type { Choice } from '../menu/menu.ts';
import { choose } from '../menu/menu.ts';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { confirm, tell } from './pick.ts';
import type { Account, Funding } from './ports.ts';
import type { Next, Visit } from './visit.ts';
import { leaving } from './visit.ts';

/** AutoPay and TextPay (guide rows 41-47): the line turns them off; to join needs an agreement that one can read. */
export async function automaticPayments(visit: Visit): Promise<Next> {
  const account = await visit.proven();
  if (account.kind !== 'answer') return leaving(account);
  const funding = await visit.ports.funding.of(account.value);
  const off: Choice<'off'> = { say: prompt('auto.turn-off'), value: 'off' };
  const chosen = await choose<'off' | 'close' | 'menu'>(visit.line, {
    before: [stateOf(funding)],
    choices: [
      ...(funding.kind === 'off' ? [] : [off]),
      { say: prompt('auto.close-account'), value: 'close' },
      { say: prompt('next.menu'), value: 'menu' },
    ],
  });
  if (chosen.kind !== 'answer') return leaving(chosen);
  switch (chosen.value) {
    case 'off':
      return turnOff(visit, account.value);
    case 'close':
      return closeAccount(visit);
    case 'menu':
      return 'menu';
  }
}

async function turnOff(visit: Visit, account: Account): Promise<Next> {
  const sure = await confirm(visit.line, prompt('auto.check-off'));
  if (sure.kind !== 'answer') return leaving(sure);
  if (!sure.value) return 'menu';
  await visit.ports.funding.turnOff(account);
  return tell(visit, prompt('auto.turned-off'));
}

/** Only with an agent: closing blocks the account's numbers, and no caller can take that back (guide rows 22, 49). */
async function closeAccount({ line }: Visit): Promise<Next> {
  await line.say(prompt('close.agent'));
  return 'agent';
}

const stateOf = (funding: Funding): Prompt =>
  funding.kind === 'off'
    ? prompt('auto.off')
    : prompt(`auto.${funding.kind}`, { amount: { kind: 'money', cents: funding.cents } });
