import type { ExploredLine } from './explored-line.ts';
import type { Step } from './step.ts';

/** Something that a flow asked of its world, or did in it. */
export interface Deed {
  /** `payments.charge` */
  readonly name: string;
  readonly given: readonly unknown[];
  /** The question before it, as it was answered. */
  readonly step: Step | undefined;
  /** Questions before it. */
  readonly after: number;
  /** What came of it; undefined until then. */
  result?: unknown;
}

/** A world whose every deed is noted before it is done: what it was asked, when; and later what it answered. */
export function watched<T extends object>(world: T, line: ExploredLine, note: (deed: Deed) => void, within = ''): T {
  return new Proxy(world, {
    get(target, key): unknown {
      const value: unknown = Reflect.get(target, key);
      const name = `${within}${String(key)}`;
      if (typeof value === 'function') {
        return (...given: unknown[]): unknown => {
          const deed: Deed = { name, given, step: line.steps.at(-1), after: line.steps.length };
          note(deed);
          const result: unknown = Reflect.apply(value, target, given);
          if (!(result instanceof Promise)) return (deed.result = result);
          return result.then((settled: unknown) => (deed.result = settled));
        };
      }
      const parts = within === '' && typeof value === 'object' && value !== null && !Array.isArray(value);
      return parts && Object.values(value).some((one) => typeof one === 'function')
        ? watched(value, line, note, `${name}.`)
        : value;
    },
  });
}

/**
 * The latest answers, so many of each, to everything that may change what follows; what is only looked up is the same each time and
 * left out.
 */
export function knownOf(deeds: readonly Deed[], lookedUp: readonly string[], latest: number): string {
  const known = new Map<string, unknown[]>();
  for (const { name, result } of deeds)
    if (!lookedUp.includes(name)) known.set(name, [...(known.get(name) ?? []), result ?? 'done'].slice(-latest));
  return JSON.stringify([...known].sort(([one], [other]) => (one < other ? -1 : 1)));
}
