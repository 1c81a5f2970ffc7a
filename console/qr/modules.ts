import { codedOf } from './codewords.ts';
import { penaltyOf } from './penalty.ts';
import { sideOf, type Version } from './versions.ts';

/** Rows of modules; true: dark. */
export type Modules = readonly (readonly boolean[])[];

/** Which modules are turned over (7.8.2), by row and column. */
const masks: readonly ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_row, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

/** The text as a QR code (ISO/IEC 18004), level M, with the mask that readers like best. Throws RangeError of a text that is too long. */
export function modulesOf(text: string): Modules {
  const { version, codewords } = codedOf(text);
  const drawn = masks.map((_, mask) => draw(version, codewords, mask));
  const worst = drawn.map(penaltyOf);
  return drawn[worst.indexOf(Math.min(...worst))] ?? [];
}

/** The places that hold no data, and what stands there. */
class Sheet {
  readonly side: number;
  readonly #rows: (boolean | undefined)[][];

  constructor(side: number) {
    this.side = side;
    this.#rows = Array.from({ length: side }, () => Array.from({ length: side }, () => undefined));
  }

  set(row: number, column: number, dark: boolean): void {
    const line = this.#rows[row];
    if (line && column >= 0 && column < this.side) line[column] = dark;
  }

  isFree(row: number, column: number): boolean {
    return this.#rows[row]?.[column] === undefined;
  }

  get modules(): Modules {
    return this.#rows.map((row) => row.map((module) => module === true));
  }
}

function draw(version: Version, codewords: readonly number[], mask: number): Modules {
  const sheet = new Sheet(sideOf(version));
  const { side } = sheet;
  // Timing first: finders and alignment stand over it.
  for (let at = 0; at < side; at++) {
    sheet.set(6, at, at % 2 === 0);
    sheet.set(at, 6, at % 2 === 0);
  }
  for (const [row, column] of [
    [3, 3],
    [3, side - 4],
    [side - 4, 3],
  ] as const)
    square(sheet, row, column, 4);
  alignments(version, side).forEach(([row, column]) => square(sheet, row, column, 2));
  drawFormat(sheet, mask);
  drawVersion(sheet, version);
  fill(sheet, codewords, masks[mask] ?? (() => false));
  return sheet.modules;
}

/** Rings around a place, dark and light in turn from outside: a finder (with its light border) of reach 4, an alignment pattern of reach 2. */
function square(sheet: Sheet, row: number, column: number, reach: number): void {
  for (let down = -reach; down <= reach; down++)
    for (let right = -reach; right <= reach; right++) {
      const ring = Math.max(Math.abs(down), Math.abs(right));
      const dark = reach === 4 ? ring !== 2 && ring !== 4 : ring !== 1;
      sheet.set(row + down, column + right, dark);
    }
}

/** None where a finder is. */
function alignments({ alignment }: Version, side: number): (readonly [number, number])[] {
  const corner = (row: number, column: number) =>
    (row === 6 && (column === 6 || column === side - 7)) || (row === side - 7 && column === 6);
  return alignment.flatMap((row) =>
    alignment.filter((column) => !corner(row, column)).map((column) => [row, column] as const),
  );
}

/** `value` and the remainder of its division by a BCH generator of this degree. */
export function withRemainder(value: number, generator: number, degree: number): number {
  let rest = value;
  for (let bit = 0; bit < degree; bit++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * generator);
  return (value << degree) | rest;
}

/** Level M and the mask, twice (7.9). */
function drawFormat(sheet: Sheet, mask: number): void {
  const { side } = sheet;
  const format = withRemainder(mask, 0x537, 10) ^ 0x5412;
  for (let bit = 0; bit < 15; bit++) {
    const dark = ((format >> bit) & 1) === 1;
    // Around the upper left finder, over the timing patterns.
    if (bit < 8) sheet.set(bit < 6 ? bit : bit + 1, 8, dark);
    else sheet.set(8, bit === 8 ? 7 : 14 - bit, dark);
    // Along the two others.
    if (bit < 8) sheet.set(8, side - 1 - bit, dark);
    else sheet.set(side - 15 + bit, 8, dark);
  }
  sheet.set(side - 8, 8, true);
}

/** The version, twice, where a code is so large that readers need it (7.10). */
function drawVersion(sheet: Sheet, { version }: Version): void {
  if (version < 7) return;
  const bits = withRemainder(version, 0x1f25, 12);
  for (let bit = 0; bit < 18; bit++) {
    const dark = ((bits >> bit) & 1) === 1;
    const [along, beside] = [Math.floor(bit / 3), sheet.side - 11 + (bit % 3)];
    sheet.set(along, beside, dark);
    sheet.set(beside, along, dark);
  }
}

/** Codewords go up and down in columns of two, from the lower right (7.7.3). */
function fill(sheet: Sheet, codewords: readonly number[], turns: (row: number, column: number) => boolean): void {
  const { side } = sheet;
  const places: [number, number][] = [];
  for (let right = side - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < side; step++) {
      const up = ((right + 1) & 2) === 0;
      const row = up ? side - 1 - step : step;
      for (const column of [right, right - 1]) if (sheet.isFree(row, column)) places.push([row, column]);
    }
  }
  places.forEach(([row, column], at) => {
    const codeword = codewords[at >> 3] ?? 0;
    const dark = ((codeword >> (7 - (at & 7))) & 1) === 1;
    sheet.set(row, column, dark !== turns(row, column));
  });
}
