import type { Hunted, Kill } from './kill.ts';

/** Every process as often as the others, each round in another order. */
export function turns(processes: readonly Hunted[], times: number, draw: (below: number) => number): Hunted[] {
  return Array.from({ length: times }, () => {
    const round = [...processes];
    for (let at = round.length - 1; at > 0; at--) {
      const other = draw(at + 1);
      [round[at], round[other]] = [round[other]!, round[at]!];
    }
    return round;
  }).flat();
}

const middle = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? NaN;

/** Of each process: how often it was killed, and how long it took until that was noticed and until it served again. */
export function table(kills: readonly Kill[]): string {
  const names = [...new Set(kills.map(({ process }) => process))].sort();
  const rows = names.map((name) => {
    const own = kills.filter(({ process }) => process === name);
    const times = (of: (one: Kill) => number | undefined): string => {
      const sorted = own.flatMap((one) => of(one) ?? []).sort((one, other) => one - other);
      return sorted.length === 0 ? '-' : `${middle(sorted).toFixed(0)} / ${sorted.at(-1)?.toFixed(0)} ms`;
    };
    return [name, String(own.length), times(({ noticedMs }) => noticedMs), times(({ servesMs }) => servesMs)];
  });
  const all = [['killed', 'times', 'noticed (median / max)', 'serves again (median / max)'], ...rows];
  const widths = all[0]!.map((_cell, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()).join('\n'); // prettier-ignore
}
