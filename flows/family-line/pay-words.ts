import type { Prompt, Value } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import type { Charged, DeclineReason } from './ports.ts';

type Captured = Extract<Charged, { kind: 'captured' }>;

export const money = (cents: number): Value => ({ kind: 'money', cents });

const spoken = ({ reference }: Captured) => ({ reference: { kind: 'reference', digits: reference } }) as const;

/** What became of a payment that was not declined. */
export function result(cents: number, outcome: Exclude<Charged, { kind: 'declined' }>): Prompt[] {
  if (outcome.kind === 'pending') return [prompt('pay.pending')];
  return [prompt('pay.done', { amount: money(cents) }), prompt('pay.reference', spoken(outcome))];
}

export const referenceAgain = (captured: Captured): Prompt => prompt('pay.reference-again', spoken(captured));

/** In plain words, and none that a bank would not have us say. */
export const why = (reason: DeclineReason): Prompt => prompt(`declined.${reason}`);
