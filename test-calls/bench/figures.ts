/** What was measured: one value for each run, and what it is held to. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly runs: readonly number[];
  readonly atMost?: number;
}

export type Verdict = 'ok' | 'missed' | '-';

export const verdictOf = ({ runs, atMost }: Figure): Verdict =>
  atMost === undefined || runs.length === 0 ? '-' : median(runs) <= atMost ? 'ok' : 'missed';

/** The value below which this share of the sorted values lies (nearest rank); NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

export interface Spread {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  n: values.length,
  p50: rounded(percentile(values, 0.5)),
  p95: rounded(percentile(values, 0.95)),
  p99: rounded(percentile(values, 0.99)),
  max: rounded(percentile(values, 1)),
});

/** Three figures are all that a machine shared with others can tell apart. */
export function rounded(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(3)) : value;
}

/** A table of figures, one a line: median, spread over the runs, target, verdict. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, unit, runs, atMost } = figure;
    const range = runs.length > 1 ? `${rounded(Math.min(...runs))} - ${rounded(Math.max(...runs))}` : '';
    const target = atMost === undefined ? '' : `<= ${atMost}`;
    const verdict = verdictOf(figure);
    return [what, `${rounded(median(runs))} ${unit}`, range, target, verdict === '-' ? '' : verdict];
  });
  const all = [['figure', 'median', 'spread', 'target', ''], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd()).join('\n');
}
