import { setImmediate as turn } from 'node:timers/promises';
import type { ChargeOutcome, Charger } from '../deposits/charger.ts';

type Order = Parameters<Charger['charge']>[0];
/** How a charge goes: as it should, declined, cut off before or after the money was taken, or with our process gone afterwards. */
export type Way = 'captured' | 'declined' | 'cut-before' | 'cut-after' | 'process-dies';

export class ProcessDied extends Error {
  override readonly name = 'ProcessDied';
}

/** A card gateway with a record of its own, to compare ours with. Idempotent by key, as every real one is. */
export class Bank implements Charger {
  readonly charges = new Map<string, { readonly cents: number; readonly outcome: ChargeOutcome }>();
  /** How the next charges go; captured when there are no more. */
  readonly ways: Way[] = [];
  /** Cannot say what became of a charge. */
  silent = false;

  get takenCents(): number {
    return [...this.charges.values()].reduce(
      (sum, { cents, outcome }) => sum + (outcome.kind === 'captured' ? cents : 0),
      0,
    );
  }

  async charge({ key, cents }: Order): Promise<ChargeOutcome> {
    const way = this.ways.shift() ?? 'captured';
    await turn();
    if (way === 'cut-before') return { kind: 'unknown' };
    const known = this.charges.get(key)?.outcome;
    const fresh: ChargeOutcome =
      way === 'declined'
        ? { kind: 'declined', reason: 'insufficient-funds' }
        : { kind: 'captured', gatewayId: `ch ${key}` };
    const outcome = known ?? fresh;
    if (!known) this.charges.set(key, { cents, outcome });
    await turn();
    if (way === 'process-dies') throw new ProcessDied();
    return way === 'cut-after' ? { kind: 'unknown' } : outcome;
  }

  async outcomeOf(key: string): Promise<ChargeOutcome | { kind: 'absent' }> {
    await turn();
    if (this.silent) return { kind: 'unknown' };
    return this.charges.get(key)?.outcome ?? { kind: 'absent' };
  }
}
