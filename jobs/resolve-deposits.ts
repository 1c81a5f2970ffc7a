import { resolveDeposits as resolve, type ResolveOptions } from '#accounts/deposits/resolve.ts';
import type { DepositDeps } from '#accounts/deposits/deposit-by-card.ts';
import type { Log } from './steps.ts';

/** Asks the gateway what became of deposits that nobody ended. What it will not answer for is for a person to look at, and logged as an error. */
export async function resolveDeposits(deposits: DepositDeps, options: ResolveOptions, log: Log): Promise<void> {
  const { faults, ...ends } = await resolve(deposits, options);
  for (const { depositId, fault } of faults)
    log.error({ deposit: depositId, err: fault }, 'the gateway does not say what became of a deposit');
  if (Object.values(ends).some((many) => many > 0)) log.info(ends, 'looked after deposits of unknown outcome');
}
