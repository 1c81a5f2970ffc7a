import type { Prompt } from '../prompt.ts';
import { graphFaults } from './graph-faults.ts';
import type { Explored, PlayedWhole } from './play.ts';
import { playCall } from './play.ts';
import type { Act, Step } from './step.ts';
import { hangUp, silence } from './step.ts';

export type { Call, Explored, Played } from './play.ts';
export { mostSeconds } from './play.ts';

/** A question, and what is known when it is asked. */
export interface State {
  readonly step: Step;
  /** The shortest way to it. */
  readonly path: readonly Act[];
  /** The next state by its name, or how the call ends; none at the edge of what was explored. */
  readonly leads: ReadonlyMap<Act, string>;
}

export interface Depth {
  /** Everything that can be done is done at every state that so many acts, less one, lead to. */
  readonly layers: number;
  /** In so many layers everything is also done for ever: a key that is stuck. */
  readonly stuckLayers: number;
}

export interface Exploration {
  /** By name, the first first. */
  readonly states: ReadonlyMap<string, State>;
  /** New states of each layer. */
  readonly layers: readonly number[];
  /** Nothing is left beyond the last layer. */
  readonly whole: boolean;
  readonly calls: number;
  /** Different sequences of acts, as long as there are layers or to their end. */
  readonly paths: bigint;
  /** Each with the acts that show it. */
  readonly faults: readonly string[];
  /** The longest that is told before a choice. */
  readonly longest: { readonly seconds: number; readonly name: string };
  /** Everything that was told, each prompt with its values once. */
  readonly prompts: readonly Prompt[];
}

/** How a call can end, where the name of the next state stands otherwise. */
export const endings: readonly string[] = ['ended', 'hung up', 'endless'];

/**
 * Finds the states of a flow layer by layer: a layer is what one more act leads to. At every state everything is done that a person
 * can do, and each call then goes on in silence to its end; where something is told after an act, once more with a hang-up in it.
 */
export async function explore(explored: Explored, { layers, stuckLayers }: Depth): Promise<Exploration> {
  const found = new Map<string, { step: Step; path: readonly Act[]; leads: Map<Act, string> }>();
  const faults = new Map<string, string>();
  const prompts = new Map<string, Prompt>();
  let calls = 0;
  let longest = { seconds: 0, name: '' };

  const play = async (path: readonly Act[], after: Act = silence): Promise<PlayedWhole> => {
    calls++;
    const played = await playCall(explored, path, { after });
    const acts = after === silence ? path.join(', ') : `${path.join(', ')}, and then ${after}`;
    for (const fault of played.faults) if (!faults.has(fault)) faults.set(fault, `${fault}, after: ${acts}`);
    return played;
  };
  const hear = (said: readonly Prompt[]) => {
    for (const one of said) prompts.set(JSON.stringify(one), one);
  };
  const arrive = ({ line, end }: PlayedWhole, path: readonly Act[]): { name: string; isNew: boolean } => {
    const step = line.steps[path.length];
    hear(step?.said ?? line.lastWords);
    if (!step) return { name: end, isNew: false };
    const name = stateName(step, line.known);
    if (found.has(name)) return { name, isNew: false };
    found.set(name, { step, path, leads: new Map() });
    if (step.seconds > longest.seconds) longest = { seconds: step.seconds, name: step.name };
    return { name, isNew: true };
  };

  const first = arrive(await play([]), []);
  const sizes = [1];
  let edge = [first.name];
  for (let layer = 0; layer < layers && edge.length > 0; layer++) {
    const next: string[] = [];
    for (const state of edge.map((name) => found.get(name))) {
      if (!state) continue;
      for (const act of state.step.acts) {
        const path = [...state.path, act];
        const played = await play(path);
        const { name, isNew } = arrive(played, path);
        state.leads.set(act, name);
        if (isNew) next.push(name);
        if (act === hangUp) continue;
        const told = played.line.steps[path.length]?.announced ?? played.line.lastWords;
        if (told.length > 0) await play(path, hangUp);
        if (layer < stuckLayers && act !== silence) await play(path, act);
      }
    }
    edge = next;
    if (next.length > 0) sizes.push(next.length);
  }
  return {
    states: found,
    layers: sizes,
    whole: edge.length === 0,
    calls,
    paths: pathsOf(found, first.name, layers),
    faults: [...faults.values(), ...graphFaults(found)],
    longest,
    prompts: [...prompts.values()],
  };
}

/** What is asked, of what, in which way, and what is known. */
const stateName = ({ said, verb }: Step, known: string): string =>
  `${said.map(({ key, values }) => `${key}${JSON.stringify(values)}`).join(' ')} ${verb} ${known}`;

/** Sequences of so many acts, and shorter ones that end the call. */
function pathsOf(states: ReadonlyMap<string, State>, first: string, length: number): bigint {
  let ended = 0n;
  let at = new Map([[first, 1n]]);
  for (let acts = 0; acts < length; acts++) {
    const next = new Map<string, bigint>();
    for (const [name, ways] of at)
      for (const to of states.get(name)?.leads.values() ?? [])
        if (endings.includes(to)) ended += ways;
        else next.set(to, (next.get(to) ?? 0n) + ways);
    at = next;
  }
  return [...at.values()].reduce((sum, ways) => sum + ways, ended);
}
