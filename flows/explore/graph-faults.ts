import type { State } from './explore.ts';
import { hangUp, silence } from './step.ts';

/** What no key leads out of: only whoever stops pressing keys, or hangs up, gets any further. */
export function graphFaults(states: ReadonlyMap<string, State>): string[] {
  const faults = new Map<string, string>();
  for (const { step, path, leads } of states.values()) {
    if (leads.size === 0) continue;
    const onward = [...leads].some(([act, to]) => {
      if (act === silence || act === hangUp) return false;
      const next = states.get(to);
      return !next || next.step.question !== step.question || valuesOf(next) !== valuesOf({ step });
    });
    if (!onward) faults.set(step.name, `no key leads on from: ${step.name}, after: ${path.join(', ')}`);
  }
  return [...faults.values()];
}

/** The same question about other things, as the next page of a list is, is another. */
const valuesOf = ({ step }: Pick<State, 'step'>): string => JSON.stringify(step.asking.map(({ values }) => values));
