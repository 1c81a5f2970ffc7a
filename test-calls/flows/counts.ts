import type { ExploredWorld } from './worlds.ts';

/** A row for each world: what was found there. */
export function countsTable(explored: readonly ExploredWorld[]): string {
  const rows = explored.map(({ flow, name, found }) => {
    const { states, whole, layers, paths, calls, prompts, longest } = found;
    const told = new Set(prompts.map(({ key }) => key)).size;
    const depth = whole ? `all, ${layers.length - 1}` : `${layers.length - 1}`;
    return [flow, name, states.size, depth, shown(paths), calls, told, longest.seconds.toFixed(1)];
  });
  return [
    '| flow | world | states | layers | paths | calls played | prompts | longest time to a choice, s |',
    '| --- | --- | --: | --: | --: | --: | --: | --: |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}

/** The longest that is told before a choice, in any world of a flow. */
export function longestLines(explored: readonly ExploredWorld[]): string[] {
  return [...new Set(explored.map(({ flow }) => flow))].map((flow) => {
    const [longest] = explored
      .filter((world) => world.flow === flow)
      .map(({ found }) => found.longest)
      .sort((one, other) => other.seconds - one.seconds);
    return `- ${flow}: ${longest?.seconds.toFixed(1)} s, at \`${longest?.name}\``;
  });
}

/** Large numbers by their first digits: nobody reads more. */
const shown = (paths: bigint): string => (paths < 1_000_000n ? String(paths) : Number(paths).toExponential(2));
