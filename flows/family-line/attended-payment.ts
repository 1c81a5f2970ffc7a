import type { Line } from '../line.ts';
import { amountEntry } from '../menu/amount.ts';
import { enter } from '../menu/entry.ts';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { together } from '../together.ts';
import { accountEntry } from './account-entry.ts';
import { payOnce } from './pay-once.ts';
import { money, result, why } from './pay-words.ts';
import type { Account, Accounts, Charged, Payments } from './ports.ts';

/** The lines of the two, as long as the agent has not broken it off. */
export interface Apart {
  readonly agent: Line;
  readonly caller: Line;
  /** From now on each key of the caller's is a tone to the agent. */
  readonly types: () => void;
}

/** The two who talked, now apart: neither hears the other. */
export interface Attendance {
  readonly agent: Line;
  readonly caller: Line;
  readonly payments: Pick<Payments, 'limits' | 'thisMonth' | 'charge' | 'heard'>;
  readonly accounts: Pick<Accounts, 'find'>;
  /** Does what the agent can break off until the payment is confirmed. */
  apart<T>(work: (lines: Apart) => Promise<T>): Promise<T | 'broken-off'>;
}

/** What is known before: the account of the calling number, and what an agent gave in on the screen. */
export interface AttendedOrder {
  readonly account: Account | undefined;
  readonly cents: number | undefined;
}

/** What an attended payment came to. */
export type Attended = (Charged & { readonly cents: number }) | { readonly kind: 'broken-off' };

const brokenOff = { kind: 'broken-off' } as const;

/**
 * An agent takes a payment while talking with a caller: the agent gives the amount, the caller types the card and confirms what is read
 * back (rules.md, "Card data on the phone"). Both hear what came of it.
 */
export async function attendedPayment(attendance: Attendance, order: AttendedOrder): Promise<Attended> {
  const { caller, payments } = attendance;
  const [wanted] = await together(askAgent(attendance, order), caller.say(prompt('attended.hold')));
  if (!wanted) return told(attendance, brokenOff);
  const { account, cents } = wanted;
  const once = await attendance.apart(async ({ agent, caller, types }) => {
    const amount = { amount: money(cents) };
    await together(agent.say(prompt('attended.agent')), caller.say(prompt('attended.caller', amount)));
    types();
    return payOnce(caller, payments, { account, saved: undefined, cents, again: false });
  });
  if (once === 'broken-off' || once.kind === 'changed' || once.kind === 'left') return told(attendance, brokenOff);
  return told(attendance, { ...once, cents });
}

/** Undefined: the agent went back, or gave up. */
async function askAgent({ agent, accounts, payments }: Attendance, { account, cents }: AttendedOrder) {
  const whose = account ? { kind: 'answer' as const, value: account } : await enter(agent, accountEntry(accounts));
  if (whose.kind !== 'answer') return undefined;
  if (cents !== undefined) return { account: whose.value, cents };
  const amount = await enter(agent, amountEntry(payments.limits));
  return amount.kind === 'answer' ? { account: whose.value, cents: amount.value } : undefined;
}

/** Each hears it to the end, though the other may be gone. That the caller has heard it counts. */
async function told({ agent, caller, payments }: Attendance, attended: Attended): Promise<Attended> {
  const what = outcomeOf(attended);
  await together(
    caller.say(...what).then(() => payments.heard()),
    agent.say(...what),
  );
  return attended;
}

function outcomeOf(attended: Attended): Prompt[] {
  switch (attended.kind) {
    case 'broken-off':
      return [prompt('attended.broken-off')];
    case 'declined':
      return [why(attended.reason), prompt('pay.not-charged')];
    case 'captured':
    case 'pending':
      return result(attended.cents, attended);
  }
}
