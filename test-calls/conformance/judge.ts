import { covers, type Allowed, type Awaited } from './allowed.ts';
import { compare, type Difference } from './compare.ts';
import type { Played } from './run.ts';
import type { Trace } from './trace.ts';

export type Verdict = 'same' | 'differs as listed' | 'awaits' | 'DIFFERS' | 'never recorded' | 'as awaited, but same';

export interface Judged {
  readonly name: string;
  readonly verdict: Verdict;
  /** Those that no entry of the table covers. */
  readonly unlisted: readonly Difference[];
  /** Those that one does. */
  readonly listed: readonly Difference[];
  readonly awaits: string | undefined;
  readonly stopped: string | undefined;
  readonly ms: number;
}

/** Compares what was seen with what was recorded, and keeps account of which entries of the tables were needed. */
export class Judge {
  readonly #allowed: readonly Allowed[];
  readonly #awaited: readonly Awaited[];
  readonly #needed = new Set<Allowed | Awaited>();

  constructor(allowed: readonly Allowed[], awaited: readonly Awaited[]) {
    this.#allowed = allowed;
    this.#awaited = awaited;
  }

  judge(played: Played, recorded: Trace | undefined): Judged {
    const name = `${played.group}: ${played.name}`;
    const { stopped, ms } = played;
    const awaited = this.#awaited.find(({ cases }) => cases.test(name));
    const about = { name, stopped, ms, awaits: awaited?.awaits };
    const halted: Difference[] =
      stopped === undefined ? [] : [{ track: 'case', entry: '', field: 'stopped', recorded: undefined, seen: stopped }];
    if (!recorded) return { ...about, verdict: 'never recorded', listed: [], unlisted: halted };
    const [listed, unlisted]: [Difference[], Difference[]] = [[], []];
    for (const difference of [...halted, ...compare(recorded, played.trace)])
      (this.#covered(name, difference) ? listed : unlisted).push(difference);
    const right = unlisted.length === 0;
    if (awaited) {
      if (!right) this.#needed.add(awaited);
      return { ...about, verdict: right ? 'as awaited, but same' : 'awaits', listed, unlisted };
    }
    const verdict = !right ? 'DIFFERS' : listed.length > 0 ? 'differs as listed' : 'same';
    return { ...about, verdict, listed, unlisted };
  }

  /** Entries that were of no use: what they tell of is over, and they must go. */
  stale(): (Allowed | Awaited)[] {
    return [...this.#allowed, ...this.#awaited].filter((entry) => !this.#needed.has(entry));
  }

  #covered(name: string, difference: Difference): boolean {
    const covering = this.#allowed.filter((entry) => covers(entry, name, difference));
    for (const entry of covering) this.#needed.add(entry);
    return covering.length > 0;
  }
}
