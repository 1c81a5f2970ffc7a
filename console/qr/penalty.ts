import type { Modules } from './modules.ts';

/** How hard a code is to read (ISO/IEC 18004, 7.8.3): runs, squares, what looks like a finder, more dark than light or the other way. */
export function penaltyOf(modules: Modules): number {
  const columns = modules.map((_, column) => modules.map((row) => row[column] === true));
  const lines = [...modules, ...columns].map((line) => line.map((dark) => (dark ? '1' : '0')).join(''));
  const runs = lines.flatMap((line) => line.match(/0{5,}|1{5,}/g) ?? []);
  const finders = lines.reduce((sum, line) => sum + found(line, '10111010000') + found(line, '00001011101'), 0);
  const all = modules.flat();
  const dark = all.filter((module) => module).length;
  return (
    runs.reduce((sum, { length }) => sum + length - 2, 0) +
    3 * squares(modules) +
    40 * finders +
    10 * Math.floor((Math.abs(dark * 2 - all.length) * 10) / all.length)
  );
}

function found(line: string, pattern: string): number {
  let many = 0;
  for (let at = line.indexOf(pattern); at >= 0; at = line.indexOf(pattern, at + 1)) many++;
  return many;
}

/** Of two by two modules of one colour. */
const squares = (modules: Modules): number =>
  modules.reduce(
    (sum, row, at) =>
      sum +
      row.filter((dark, column) => {
        const below = modules[at + 1];
        return (
          below !== undefined &&
          column + 1 < row.length &&
          [row[column + 1], below[column], below[column + 1]].every((other) => other === dark)
        );
      }).length,
    0,
  );
