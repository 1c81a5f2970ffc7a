import { askedAboutDeposit, openDeposits } from '#db/deposits.ts';
import type { DepositDeps } from './deposit-by-card.ts';
import { settle } from './settle.ts';

export interface ResolveOptions {
  /** Left to whoever made it until it is this old: longer than a gateway takes to answer. Milliseconds. */
  readonly afterMs: number;
  readonly limit?: number;
}

export interface Resolved {
  readonly captured: number;
  readonly declined: number;
  readonly abandoned: number;
  /** Not known yet: asked again next time. */
  readonly open: number;
}

const counted = { captured: 'captured', declined: 'declined', absent: 'abandoned', unknown: 'open' } as const;

/**
 * Finds out what became of deposits whose outcome nobody wrote down, by asking the gateway, never by charging. What the gateway
 * never heard of is given up there for good. May run in any number of processes.
 */
export async function resolveDeposits(deps: DepositDeps, options: ResolveOptions): Promise<Resolved> {
  const { db, gateway, now } = deps;
  const count = { captured: 0, declined: 0, abandoned: 0, open: 0 };
  const before = new Date(now().getTime() - options.afterMs);
  for (const { id } of await openDeposits(db, before, options.limit)) {
    await askedAboutDeposit(db, id);
    const outcome = await gateway.outcomeOf(id);
    await settle(deps, id, outcome);
    count[counted[outcome.kind]]++;
  }
  return count;
}
