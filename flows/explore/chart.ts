import type { Prompt } from '../prompt.ts';
import type { Explored } from './play.ts';
import { playCall } from './play.ts';
import type { Act, Step } from './step.ts';
import { hangUp, isMiss, nameOf, silence } from './step.ts';

/** A question as one sees it on a picture: what is told before it, and what it asks; however one got there. */
export interface Place {
  readonly id: string;
  /** It as it was asked first. */
  readonly step: Step;
  readonly told: readonly Prompt[];
  readonly ways: readonly Way[];
  /** What is told before it is asked again, because of what was typed. */
  readonly again: readonly Prompt[];
}

export interface Way {
  readonly act: Act;
  /** The id of a place; else where this picture ends. */
  readonly to: string;
  /** Told on the way to an end. */
  readonly told: readonly Prompt[];
}

/** What of a flow a picture shows. */
export interface Frame {
  /** What leads to the first question of it. */
  readonly start: readonly Act[];
  /** What is drawn at a question; what means the same everywhere is not. */
  readonly acts: (step: Step, path: readonly Act[]) => readonly Act[];
  /** Where the picture ends: the name of what stands there. */
  readonly ends: (told: readonly Prompt[], next: Step | undefined) => string | undefined;
  /** A question that is one place, whatever is told before it. */
  readonly single?: string;
  /** Told where the picture ends, and shown there. */
  readonly beyond?: (told: Prompt) => boolean;
}

/** So much of the past makes another question of one that says the same: three wrong passcodes are not two. */
const latest = 3;
/** A picture with more is none. */
const mostCalls = 20_000;

/** The places of a flow in several worlds, in the order in which a caller comes to them. */
export async function chartOf(worlds: readonly Explored[], frame: Frame): Promise<readonly Place[]> {
  const places = new Map<string, Drawn>();
  for (const world of worlds) await chartWorld(world, frame, places);
  return [...places.values()].map(({ ways, again, ...place }) => ({
    ...place,
    ways: [...ways.values()],
    again: [...again.values()],
  }));
}

type Drawn = Omit<Place, 'ways' | 'again'> & { readonly ways: Map<string, Way>; readonly again: Map<string, Prompt> };

async function chartWorld(world: Explored, frame: Frame, places: Map<string, Drawn>): Promise<void> {
  const known = new Set<string>();
  const waiting: { place: Drawn; step: Step; path: readonly Act[] }[] = [];
  let calls = 0;

  const arrive = (step: Step, place: Drawn, path: readonly Act[], knows: string) => {
    const state = `${place.id} ${JSON.stringify(step.asking)} ${knows}`;
    if (known.has(state)) return;
    known.add(state);
    waiting.push({ place, step, path });
  };

  const first = await playCall(world, frame.start, { latest });
  const start = first.line.steps[frame.start.length];
  if (!start) return;
  arrive(start, placeOf(start, places, frame), frame.start, first.line.known);
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { place, step, path } = next;
    for (const act of frame.acts(step, path)) {
      if (++calls > mostCalls) throw new RangeError(`a picture of more than ${mostCalls} ways: ${place.id}`);
      const { line } = await playCall(world, [...path, act], { latest });
      const there = line.steps[path.length + 1];
      const told = there?.told ?? line.lastWords;
      const end = frame.ends(told, there);
      if (end !== undefined || !there) {
        addWay(place, { act, to: end ?? 'end', told: upTo(told, frame.beyond) });
        continue;
      }
      const isAgain = isAskedAgain(step, there, act);
      if (isAgain) for (const one of told) if (!isMiss(one)) place.again.set(one.key, one);
      const reached = isAgain ? place : placeOf(there, places, frame, place);
      if (!isAgain) addWay(place, { act, to: reached.id, told: [] });
      arrive(there, reached, [...path, act], line.known);
    }
  }
}

const upTo = (told: readonly Prompt[], beyond: (told: Prompt) => boolean = () => false): readonly Prompt[] => {
  const end = told.findIndex(beyond);
  return end < 0 ? told : told.slice(0, end);
};

function placeOf(step: Step, places: Map<string, Drawn>, { single }: Frame, from?: Drawn): Drawn {
  const own = step.told.filter((one) => !isMiss(one));
  // The next page of a list says no more what it is a list of.
  const told = from && own.length === 0 && isPage(step) && isPage(from.step) ? from.told : own;
  const id = step.question === single ? single : `${nameOf(told)} | ${step.question}`;
  const found = places.get(id) ?? { id, step, told, ways: new Map<string, Way>(), again: new Map<string, Prompt>() };
  places.set(id, found);
  return found;
}

function addWay({ ways }: Drawn, way: Way): void {
  const name = `${way.act} ${way.to} ${nameOf(way.told)}`;
  if (!ways.has(name)) ways.set(name, way);
}

const isPage = ({ asking }: Step): boolean => asking.at(-1)?.key === 'menu.more';

/** The same question, as nothing that can be used was pressed or typed; a list's next page is not. */
function isAskedAgain(step: Step, next: Step, act: Act): boolean {
  if (next.question !== step.question || next.verb !== step.verb) return false;
  return step.verb !== 'ask' || act === silence || act === '#' || (next.said[0] !== undefined && isMiss(next.said[0]));
}

/** The keys of the choices of a menu; of anything else all that can be done but what means the same everywhere. */
export function drawnActs(step: Step): readonly Act[] {
  if (step.isMenu) return step.asking.map((_, index) => String(index + 1));
  const everywhere = step.verb === 'ask' || step.verb === 'record' ? [hangUp] : [hangUp, silence, '*', '0'];
  return step.acts.filter((act) => !everywhere.includes(act));
}
