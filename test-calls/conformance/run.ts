import { DidNotCome } from './inbox.ts';
import { Scene, type House, type Play } from './scene.ts';
import type { Trace } from './trace.ts';

/** Cases by name. */
export type Cases = Readonly<Record<string, Play>>;

export interface Group {
  readonly name: string;
  readonly cases: Cases;
  /** Cases that would disturb each other are played one after the other; all others `side by side`. */
  readonly order: 'in turn' | 'side by side';
}

export interface Played {
  readonly group: string;
  readonly name: string;
  readonly trace: Trace;
  /** Why it could not be played to its end. */
  readonly stopped: string | undefined;
  readonly ms: number;
}

/** Longest that a case may take. Milliseconds. */
const PATIENCE_MS = 10_000;
/** Cases of a group that run at the same time. */
const WIDTH = 6;

/** Plays cases, groups side by side, and tells each as it is over. */
export async function play(house: House, groups: readonly Group[], over: (played: Played) => void): Promise<void> {
  let number = 0;
  const playOne = async (group: string, name: string, act: Play): Promise<void> =>
    over(await playCase(house, { group, name, act, number: ++number }));
  const inTurn = groups.filter(({ order }) => order === 'in turn');
  const others = groups.filter(({ order }) => order === 'side by side');
  const lane = async (list: readonly (readonly [string, string, Play])[]): Promise<void> => {
    for (const [group, name, act] of list) await playOne(group, name, act);
  };
  const listed = (some: readonly Group[]): [string, string, Play][] =>
    some.flatMap(({ name, cases }) =>
      Object.entries(cases).map(([one, act]) => [name, one, act] satisfies [string, string, Play]),
    );
  const free = listed(others);
  const lanes = Array.from({ length: WIDTH }, (_, n) => free.filter((_one, at) => at % WIDTH === n));
  await Promise.all([lane(listed(inTurn)), ...lanes.map(lane)]);
}

async function playCase(
  house: House,
  { group, name, act, number }: { group: string; name: string; act: Play; number: number },
): Promise<Played> {
  const begun = performance.now();
  const scene = new Scene(house, number);
  let stopped: string | undefined;
  let trace: Trace = {};
  try {
    await within(PATIENCE_MS, act(scene)).catch((error: unknown) => {
      if (!(error instanceof DidNotCome)) throw error;
      stopped = error.message;
    });
    trace = await within(PATIENCE_MS, scene.trace());
  } catch (error) {
    stopped ??= error instanceof DidNotCome ? error.message : String(error instanceof Error ? error.stack : error);
  }
  await within(PATIENCE_MS, scene.close()).catch(() => undefined);
  return { group, name, trace, stopped, ms: performance.now() - begun };
}

/** Rejects with DidNotCome when it takes longer. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DidNotCome(`not over after ${ms} ms`)), ms);
    void work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
