import { askedAboutDeposit, openDeposits } from '#db/deposits.ts';
import type { DepositDeps } from './deposit-by-card.ts';
import { settle } from './settle.ts';

export interface ResolveOptions {
  /** Left to whoever made it until it is this old. Milliseconds. */
  readonly afterMs: number;
  /** Given up when the gateway still knows nothing of it at this age: longer than any request to it can be on its way. Milliseconds. */
  readonly abandonMs: number;
  readonly limit?: number;
}

export interface Resolved {
  readonly captured: number;
  readonly declined: number;
  readonly abandoned: number;
  /** Not known yet: asked again next time. */
  readonly open: number;
}

/**
 * Finds out what became of deposits whose outcome nobody wrote down, by asking the gateway, never by charging. May run in any number of
 * processes. One that the gateway cannot answer for stays open.
 */
export async function resolveDeposits(deps: DepositDeps, options: ResolveOptions): Promise<Resolved> {
  const { db, gateway, now } = deps;
  const count = { captured: 0, declined: 0, abandoned: 0, open: 0 };
  const before = new Date(now().getTime() - options.afterMs);
  for (const { id, intendedAt } of await openDeposits(db, before, options.limit)) {
    await askedAboutDeposit(db, id);
    const outcome = await gateway.outcomeOf(id);
    const old = now().getTime() - intendedAt.getTime() >= options.abandonMs;
    if (outcome.kind === 'absent' && old) {
      await settle(deps, id, { kind: 'abandoned' });
      count.abandoned++;
    } else if (outcome.kind === 'absent' || outcome.kind === 'unknown') count.open++;
    else {
      await settle(deps, id, outcome);
      count[outcome.kind]++;
    }
  }
  return count;
}
