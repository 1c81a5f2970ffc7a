import type { Act, Samples, Step } from './explored-line.ts';
import { Endless, ExploredLine, hangUp, HungUp } from './explored-line.ts';

/** One call of a flow, to its end. */
export interface Played {
  readonly line: ExploredLine;
  readonly end: 'ended' | 'hung up' | 'endless';
}

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

export interface Explored {
  /** Plays one call and tells what was wrong with it. A call is a world of its own. */
  readonly call: () => {
    readonly run: (line: ExploredLine) => Promise<void>;
    readonly faults: (played: Played) => readonly string[];
  };
  readonly samples: Samples;
  /** Every sequence of so many acts is tried at every question that can be reached. */
  readonly depth: number;
}

/** The longest that is told before the caller may choose again, seconds. */
export const mostSeconds = 30;

/**
 * Finds every question of a flow, and does at each everything that a person can do, and everything after that, to the depth; each
 * call then goes on in silence to its end.
 */
export async function explore({ call, samples, depth }: Explored): Promise<Exploration> {
  const nodes = new Map<string, Node>();
  const waiting: { path: readonly Act[]; step: Step }[] = [];
  const known = new Set<string>();
  const faults = new Map<string, string>();
  let calls = 0;
  let longestSeconds = 0;

  const play = async (path: readonly Act[]): Promise<Played> => {
    calls++;
    const { run, faults: faultsOf } = call();
    const line = new ExploredLine(samples, path);
    const played: Played = { line, end: await endOf(run, line) };
    for (const fault of [...faultsOf(played), ...ownFaults(played)])
      if (!faults.has(fault)) faults.set(fault, `${fault}, after: ${path.join(', ')}`);
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
  if (depth > 1) for (const { path, step } of nodes.values()) await deeper(path, step.acts, depth);
  return { nodes, calls, faults: [...faults.values()], longestSeconds };
}

async function endOf(run: (line: ExploredLine) => Promise<void>, line: ExploredLine): Promise<Played['end']> {
  return run(line).then(
    () => 'ended',
    (error: unknown) => {
      if (error instanceof HungUp) return 'hung up';
      if (error instanceof Endless) return 'endless';
      throw error;
    },
  );
}

/** What is wrong with any flow. */
function ownFaults({ line, end }: Played): string[] {
  const { steps, buffers } = line;
  const long = steps.filter(({ seconds }) => seconds > mostSeconds);
  const closed = steps.filter(({ verb, acts }) => verb !== 'ask' && !acts.includes('*'));
  return [
    ...(end === 'endless' ? ['the call never ends'] : []),
    ...long.map(({ name, seconds }) => `${seconds.toFixed(0)} s are told before a choice: ${name}`),
    ...closed.map(({ name }) => `no way back from: ${name}`),
    // All of the buffer: `bytes` of one that is empty shows nothing.
    ...([...buffers].some(({ length, bytes }) => length > 0 || new Uint8Array(bytes.buffer).some((byte) => byte > 0))
      ? ['a secret is left in its buffer']
      : []),
  ];
}
