import type { MasterKey } from './keys.ts';
import { newMasterKey, SUITES, writeCrypto, type Suite } from './sdes.ts';

const ORDER = Object.keys(SUITES) as Suite[];

/** The keys one endpoint sends with: one for each suite, the same as long as its suite is the one agreed on. */
export class OwnKeys {
  readonly #keys = new Map<Suite, MasterKey>();

  of(suite: Suite): MasterKey {
    let key = this.#keys.get(suite);
    if (!key) this.#keys.set(suite, (key = newMasterKey()));
    return key;
  }

  /** This was agreed on, null: no suite. The other keys are not used again: their counters would begin anew. */
  settle(suite: Suite | null): void {
    for (const other of [...this.#keys.keys()]) if (other !== suite) this.#keys.delete(other);
  }

  /** Under which tag a suite is offered. */
  tagOf(suite: Suite): number {
    return ORDER.indexOf(suite) + 1;
  }

  /** Values of `a=crypto`, the preferred one first. */
  offered(): string[] {
    return ORDER.map((suite) => writeCrypto(this.tagOf(suite), suite, this.of(suite)));
  }
}
