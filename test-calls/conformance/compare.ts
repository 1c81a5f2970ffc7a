import type { Entry, Fields, Trace, Track } from './trace.ts';

/** One field that is not as it was recorded; undefined where it is not there at all. */
export interface Difference {
  readonly track: string;
  /** Its `what`, numbered from the second on; empty for a whole track. */
  readonly entry: string;
  /** Empty for the entry as a whole. */
  readonly field: string;
  readonly recorded: string | undefined;
  readonly seen: string | undefined;
}

/** Every field of `seen` that is not as in `recorded`. */
export function compare(recorded: Trace, seen: Trace): Difference[] {
  const tracks = new Set([...Object.keys(recorded), ...Object.keys(seen)]);
  return [...tracks].sort().flatMap((track) => compareTracks(track, recorded[track] ?? [], seen[track] ?? []));
}

function compareTracks(track: string, recorded: Track, seen: Track): Difference[] {
  const names = numbered(recorded);
  const surplus = numbered(seen);
  return aligned(recorded, seen).flatMap(([here, there]) => {
    if (here === undefined) {
      const { what } = seen[there!]!;
      return [{ track, entry: surplus[there!]!, field: '', recorded: undefined, seen: what }];
    }
    const entry = names[here]!;
    if (there === undefined) return [{ track, entry, field: '', recorded: recorded[here]!.what, seen: undefined }];
    return compareFields(recorded[here]!.fields, seen[there]!.fields).map((one) => ({ track, entry, ...one }));
  });
}

function compareFields(recorded: Fields, seen: Fields): Pick<Difference, 'field' | 'recorded' | 'seen'>[] {
  const fields = new Set([...Object.keys(recorded), ...Object.keys(seen)]);
  return [...fields].flatMap((field) => {
    const [one, other] = field === 'order' ? commonOrder(recorded, seen) : [recorded[field], seen[field]];
    return one === other ? [] : [{ field, recorded: one, seen: other }];
  });
}

/** The order of headers is compared for those that both have: one that is missing is told by itself. */
function commonOrder(recorded: Fields, seen: Fields): [string, string] {
  const [one, other] = [recorded, seen].map((fields) => (fields['order'] ?? '').split(', '));
  const common = (list: readonly string[], of: readonly string[]): string =>
    list.filter((name) => of.includes(name)).join(', ');
  return [common(one!, other!), common(other!, one!)];
}

function numbered(track: Track): string[] {
  const counts = new Map<string, number>();
  return track.map(({ what }) => {
    const count = (counts.get(what) ?? 0) + 1;
    counts.set(what, count);
    return count === 1 ? what : `${what} #${count}`;
  });
}

/** Pairs of places: the longest common subsequence of two tracks by `what`, and what stands between. */
function aligned(a: readonly Entry[], b: readonly Entry[]): [number | undefined, number | undefined][] {
  const length = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      length[i]![j] =
        a[i]!.what === b[j]!.what ? length[i + 1]![j + 1]! + 1 : Math.max(length[i + 1]![j]!, length[i]![j + 1]!);
  const pairs: [number | undefined, number | undefined][] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i]!.what === b[j]!.what) pairs.push([i++, j++]);
    else if (j >= b.length || (i < a.length && length[i + 1]![j]! >= length[i]![j + 1]!)) pairs.push([i++, undefined]);
    else pairs.push([undefined, j++]);
  }
  return pairs;
}
