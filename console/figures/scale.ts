const ENDS = [4, 8, 12, 16, 20, 40, 60, 80];

/** The next round number from which on an axis ends, with four even parts below it. */
export function roundUp(value: number): number {
  for (let times = 1; ; times *= 10) {
    const end = ENDS.find((one) => one * times >= value);
    if (end !== undefined) return end * times;
  }
}

/** The same of seconds: whole minutes from one on. */
export const roundUpSeconds = (seconds: number): number => (seconds <= 60 ? 60 : 60 * roundUp(seconds / 60));

/** A stacked part of a column: where it begins above the ground, and how high it is. */
export interface Part {
  readonly from: number;
  readonly size: number;
}

/** Values one upon the other. */
export function stacked(values: readonly number[]): Part[] {
  let from = 0;
  return values.map((size) => {
    const part = { from, size };
    from += size;
    return part;
  });
}

/** Lines through the days that have a value; a day without one breaks them. */
export function lineThrough(points: readonly { readonly x: number; readonly y: number | undefined }[]): string {
  let begun = false;
  return points
    .map(({ x, y }) => {
      if (y === undefined) {
        begun = false;
        return '';
      }
      const step = `${begun ? 'L' : 'M'}${round(x)} ${round(y)}`;
      begun = true;
      return step;
    })
    .filter((step) => step !== '')
    .join(' ');
}

const round = (value: number): number => Math.round(value * 10) / 10;
