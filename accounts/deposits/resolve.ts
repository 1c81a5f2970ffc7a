import { askedAboutDeposit, openDeposits } from '#db/deposits.ts';
import { GatewayFault } from '../cards/gateway.ts';
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
  /** About which the gateway would not be asked; they stay open, and whoever runs this says so loudly. */
  readonly faults: readonly { readonly depositId: string; readonly fault: GatewayFault }[];
}

/**
 * Finds out what became of deposits whose outcome nobody wrote down, by asking the gateway, never by charging. May run in any number of
 * processes. One that the gateway cannot answer for stays open; its fault hinders no other.
 */
export async function resolveDeposits(deps: DepositDeps, options: ResolveOptions): Promise<Resolved> {
  const { db, gateway, now } = deps;
  const count = { captured: 0, declined: 0, abandoned: 0, open: 0 };
  const faults: { depositId: string; fault: GatewayFault }[] = [];
  const before = new Date(now().getTime() - options.afterMs);
  for (const { id, intendedAt } of await openDeposits(db, before, options.limit)) {
    await askedAboutDeposit(db, id);
    const outcome = await gateway.outcomeOf(id).catch((error: unknown) => {
      if (!(error instanceof GatewayFault)) throw error;
      faults.push({ depositId: id, fault: error });
      return { kind: 'unknown' } as const;
    });
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
  return { ...count, faults };
}
