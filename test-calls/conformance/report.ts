import type { Difference } from './compare.ts';
import type { Versions } from './golden.ts';
import type { Judged, Verdict } from './judge.ts';

/** Most differences of one case that are shown. */
const SHOWN = 12;
const bad: ReadonlySet<Verdict> = new Set<Verdict>(['DIFFERS', 'never recorded', 'as awaited, but same']);

/** Whether a case counts against the run. */
export const isBad = ({ verdict }: Judged): boolean => bad.has(verdict);

/** One case as it is over, in one line. */
export const progress = ({ name, verdict, ms }: Judged): string =>
  `${name.padEnd(72)} ${verdict} (${Math.round(ms)} ms)`;

/** What is wrong with a case, field by field. */
export function faults({ name, unlisted }: Judged): string {
  const lines = [`${name}:`];
  for (const difference of unlisted.slice(0, SHOWN)) lines.push(`  ${told(difference)}`);
  if (unlisted.length > SHOWN) lines.push(`  and ${unlisted.length - SHOWN} more`);
  return lines.join('\n');
}

export const told = ({ track, entry, field, recorded, seen }: Difference): string =>
  `${[track, entry, field].filter((part) => part !== '').join(' / ')}: recorded ${shown(recorded)}, seen ${shown(seen)}`;

const shown = (value: string | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value));

/** The cases in a table of groups and verdicts. */
export function table(all: readonly Judged[]): string {
  const groups = [...new Set(all.map(groupOf))];
  const verdicts = [...new Set(all.map(({ verdict }) => verdict))];
  const rows = groups.map((group) => {
    const own = all.filter((judged) => groupOf(judged) === group);
    const counts = verdicts.map((verdict) => String(own.filter((judged) => judged.verdict === verdict).length));
    return [group, String(own.length), ...counts];
  });
  const sums = [
    '',
    String(all.length),
    ...verdicts.map((one) => String(all.filter(({ verdict }) => verdict === one).length)),
  ];
  const lines = [['group', 'cases', ...verdicts], ...rows, sums];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const groupOf = ({ name }: Judged): string => name.slice(0, name.indexOf(':'));

/** The whole run for machines. */
export const asJson = (run: {
  readonly engine: string;
  readonly versions: Versions;
  readonly recordedFrom: Versions;
  readonly seconds: number;
  readonly cases: readonly Judged[];
  readonly stale: readonly string[];
}): string => `${JSON.stringify(run, null, 1)}\n`;
