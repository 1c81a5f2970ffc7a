import type { Place, Way } from '#flows/explore/chart.ts';
import type { Prompt } from '#flows/prompt.ts';

/** A place, and others like it: all the same but for one of the prompts that are told. */
export interface Joined extends Place {
  readonly instead?: { readonly at: number; readonly prompts: readonly Prompt[] };
}

/**
 * Makes one of all places that ask the same, lead to the same and are led to by the same, when of what is told one prompt is another:
 * why a card was declined, of six reasons. Ways to them lead to the first.
 */
export function joinPlaces(places: readonly Place[]): readonly Joined[] {
  const into = new Map<string, string[]>();
  for (const { id, ways } of places)
    for (const { act, to } of ways) into.set(to, [...(into.get(to) ?? []), `${id} ${act}`]);
  const named = (id: string) => JSON.stringify([...new Set(into.get(id) ?? [])].sort());
  const joined: Joined[] = [];
  const first = new Map<string, string>();
  for (const place of places) {
    const index = joined.findIndex((one) => named(one.id) === named(place.id) && areAlike(one, place));
    const found = joined[index];
    const at = found ? differingAt(found, place) : undefined;
    const prompt = at === undefined ? undefined : place.told[at];
    if (!found || at === undefined || !prompt) {
      joined.push(place);
      continue;
    }
    first.set(place.id, found.id);
    joined[index] = { ...found, instead: { at, prompts: [...(found.instead?.prompts ?? []), prompt] } };
  }
  const moved = (way: Way): Way => ({ ...way, to: first.get(way.to) ?? way.to });
  return joined.map((place) => ({ ...place, ways: place.ways.map(moved) }));
}

const areAlike = (one: Joined, other: Place): boolean =>
  one.step.question === other.step.question &&
  one.told.length === other.told.length &&
  JSON.stringify(one.ways) === JSON.stringify(other.ways) &&
  differingAt(one, other) !== undefined;

/** The only prompt that is another; undefined when there are more, or it is not where the others differ. */
function differingAt({ told, instead }: Joined, other: Place): number | undefined {
  const differing = told.flatMap(({ key }, index) => (other.told[index]?.key === key ? [] : [index]));
  const [at] = differing;
  return differing.length === 1 && (instead === undefined || instead.at === at) ? at : undefined;
}
