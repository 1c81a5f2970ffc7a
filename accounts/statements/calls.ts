import type { AccountCall } from '#db/account-calls.ts';

export type CallOutcome = 'talked' | 'declined' | 'missed';

export interface CallDetails {
  /** Calls that were talked (guide row 23), the newest first. */
  readonly calls: readonly AccountCall[];
  readonly talkSeconds: number;
  /** What all of them cost together. */
  readonly totalCents: number;
  /** Every attempt, missed ones too (guide row 24), the newest first. */
  readonly attempts: readonly (AccountCall & { readonly outcome: CallOutcome })[];
}

/** Whoever answered and said no has not missed the call. */
const declined = new Set(['refused', 'blocked', 'rejected']);

export const outcomeOf = ({ talkSeconds, disposition }: AccountCall): CallOutcome =>
  talkSeconds > 0 ? 'talked' : declined.has(disposition) ? 'declined' : 'missed';

export function callDetailsOf(all: readonly AccountCall[]): CallDetails {
  const attempts = all.map((call) => ({ ...call, outcome: outcomeOf(call) }));
  const calls = all.filter((call) => outcomeOf(call) === 'talked' || call.billedCents !== 0);
  return {
    calls,
    talkSeconds: calls.reduce((total, call) => total + call.talkSeconds, 0),
    totalCents: calls.reduce((total, call) => total + call.billedCents, 0),
    attempts,
  };
}
