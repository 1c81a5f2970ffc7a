import type { Explored, Played } from './play.ts';
import { playCall } from './play.ts';
import type { Act, Step } from './step.ts';
import { hangUp } from './step.ts';

export type { Explored, Played } from './play.ts';
export { mostSeconds } from './play.ts';

/** A question of the flow: how to get there, and where each act leads. */
export interface Node {
  readonly step: Step;
  /** The shortest way to it. */
  readonly path: readonly Act[];
  /** The name of the next question, or how the call ends. */
  readonly leads: ReadonlyMap<Act, string>;
}

export interface Exploration {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly calls: number;
  /** Each with the acts that show it. */
  readonly faults: readonly string[];
  readonly longestSeconds: number;
}

/**
 * Finds every question of a flow, and does at each everything that a person can do, and everything after that, to the depth; each
 * call then goes on in silence to its end.
 */
export async function explore(explored: Explored): Promise<Exploration> {
  const nodes = new Map<string, Node>();
  const waiting: { path: readonly Act[]; step: Step }[] = [];
  const known = new Set<string>();
  const faults = new Map<string, string>();
  let calls = 0;
  let longestSeconds = 0;

  const play = async (path: readonly Act[]): Promise<Played> => {
    calls++;
    const played = await playCall(explored, path);
    const { line } = played;
    for (const fault of played.faults) if (!faults.has(fault)) faults.set(fault, `${fault}, after: ${path.join(', ')}`);
    for (const { seconds } of line.steps) longestSeconds = Math.max(longestSeconds, seconds);
    // Only the question to which these acts lead: what silence leads to comes in its turn, so that each way found is the shortest.
    const step = line.steps[path.length];
    if (step && !known.has(step.name)) {
      known.add(step.name);
      waiting.push({ step, path });
    }
    return played;
  };

  const deeper = async (path: readonly Act[], acts: readonly Act[], left: number): Promise<void> => {
    for (const act of acts) {
      const { line } = await play([...path, act]);
      const next = line.steps[path.length + 1];
      if (next && left > 1 && act !== hangUp) await deeper([...path, act], next.acts, left - 1);
    }
  };

  await play([]);
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { path, step } = next;
    const leads = new Map<Act, string>();
    for (const act of step.acts) {
      const { line, end } = await play([...path, act]);
      leads.set(act, line.steps[path.length + 1]?.name ?? end);
    }
    nodes.set(step.name, { step, path, leads });
  }
  if (explored.depth > 1) for (const { path, step } of nodes.values()) await deeper(path, step.acts, explored.depth);
  return { nodes, calls, faults: [...faults.values()], longestSeconds };
}
