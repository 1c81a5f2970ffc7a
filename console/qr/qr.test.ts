import { describe, expect, test } from 'vitest';
import { modulesOf, type Modules } from './modules.ts';

/* A reader, from the standard (ISO/IEC 18004) and not from what draws: it finds mask and data by themselves, and says whether they are whole. */

/** Blocks of data codewords, and codewords that correct, at level M. Table 9. */
const table: Readonly<Record<number, readonly [number, readonly number[]]>> = {
  1: [10, [16]],
  2: [16, [28]],
  3: [26, [44]],
  4: [18, [32, 32]],
  5: [24, [43, 43]],
  6: [16, [27, 27, 27, 27]],
  7: [18, [31, 31, 31, 31]],
  8: [22, [38, 38, 39, 39]],
  9: [22, [36, 36, 36, 37, 37]],
  10: [26, [43, 43, 43, 43, 44]],
};
const centres: Readonly<Record<number, readonly number[]>> = { 7: [6, 22, 38], 8: [6, 24, 42], 9: [6, 26, 46], 10: [6, 28, 50] }; // prettier-ignore

function isFunction(version: number, row: number, column: number): boolean {
  const side = 17 + 4 * version;
  if (row === 6 || column === 6) return true;
  if ((row < 9 && column < 9) || (row < 9 && column >= side - 8) || (row >= side - 8 && column < 9)) return true;
  if (version >= 7 && ((row < 6 && column >= side - 11) || (column < 6 && row >= side - 11))) return true;
  const lines = version === 1 ? [] : (centres[version] ?? [6, side - 7]);
  return lines.some((y) =>
    lines.some((x) => {
      const finder = [y, x].filter((at) => at === 6).length + [y, x].filter((at) => at === side - 7).length === 2 && !(y === side - 7 && x === side - 7); // prettier-ignore
      return !finder && Math.abs(row - y) <= 2 && Math.abs(column - x) <= 2;
    }),
  );
}

const turned: readonly ((i: number, j: number) => boolean)[] = [
  (i, j) => (i + j) % 2 === 0,
  (i) => i % 2 === 0,
  (_i, j) => j % 3 === 0,
  (i, j) => (i + j) % 3 === 0,
  (i, j) => (Math.floor(i / 2) + Math.floor(j / 3)) % 2 === 0,
  (i, j) => ((i * j) % 2) + ((i * j) % 3) === 0,
  (i, j) => (((i * j) % 2) + ((i * j) % 3)) % 2 === 0,
  (i, j) => (((i + j) % 2) + ((i * j) % 3)) % 2 === 0,
];

/** Multiplication in the field of the codewords, bit by bit. */
function times(one: number, other: number): number {
  let [product, factor] = [0, one];
  for (let bit = 0; bit < 8; bit++) {
    if ((other >> bit) & 1) product ^= factor;
    factor = factor & 0x80 ? ((factor << 1) ^ 0x11d) & 0xff : factor << 1;
  }
  return product;
}

/** All zero where nothing of the block is damaged. */
function syndromesOf(block: readonly number[], correction: number): number[] {
  let root = 1;
  return Array.from({ length: correction }, () => {
    const value = block.reduce((sum, codeword) => times(sum, root) ^ codeword, 0);
    root = times(root, 2);
    return value;
  });
}

/** Both copies, of 15 bits, the last one first. */
function formatsOf(modules: Modules): string[] {
  const side = modules.length;
  const at = (row: number, column: number) => (modules[row]?.[column] ? '1' : '0');
  const near = [0, 1, 2, 3, 4, 5, 7, 8].map((row) => at(row, 8)).join('') + [7, 5, 4, 3, 2, 1, 0].map((column) => at(8, column)).join(''); // prettier-ignore
  const far = Array.from({ length: 8 }, (_, n) => at(8, side - 1 - n)).join('') + Array.from({ length: 7 }, (_, n) => at(side - 7 + n, 8)).join(''); // prettier-ignore
  return [near, far].map((bits) => [...bits].reverse().join(''));
}

/** Level M, masks 0 to 7, as table C.1 prints them. */
const formats = ['101010000010010', '101000100100101', '101111001111100', '101101101001011', '100010111111001', '100000011001110', '100111110010111', '100101010100000']; // prettier-ignore

function read(modules: Modules): string {
  const side = modules.length;
  const version = (side - 17) / 4;
  const [near = '', far] = formatsOf(modules);
  expect(far).toBe(near);
  const mask = turned[formats.indexOf(near)];
  if (!mask) throw new Error(`${near} is no format at level M`);
  const bits: number[] = [];
  let up = true;
  for (let right = side - 1; right > 0; right -= 2) {
    if (right === 6) right--;
    for (let n = 0; n < side; n++) {
      const row = up ? side - 1 - n : n;
      for (const column of [right, right - 1])
        if (!isFunction(version, row, column)) bits.push(Number(modules[row]?.[column] !== mask(row, column)));
    }
    up = !up;
  }
  const codewords = Array.from({ length: bits.length >> 3 }, (_, n) => parseInt(bits.slice(n * 8, n * 8 + 8).join(''), 2)); // prettier-ignore
  const [correction, sizes] = table[version] ?? [0, []];
  const blocks: number[][] = sizes.map(() => []);
  let next = 0;
  for (let n = 0; n < Math.max(...sizes); n++)
    sizes.forEach((size, nth) => n < size && blocks[nth]?.push(codewords[next++] ?? -1));
  for (let n = 0; n < correction; n++) blocks.forEach((block) => block.push(codewords[next++] ?? -1));
  expect(next).toBe(codewords.length);
  for (const block of blocks) expect(syndromesOf(block, correction).every((value) => value === 0)).toBe(true);
  const data = blocks.flatMap((block, nth) => block.slice(0, sizes[nth])).map((one) => one.toString(2).padStart(8, '0')).join(''); // prettier-ignore
  expect(data.slice(0, 4)).toBe('0100');
  const count = version < 10 ? 8 : 16;
  const many = parseInt(data.slice(4, 4 + count), 2);
  const bytes = Array.from({ length: many }, (_, n) => parseInt(data.slice(4 + count + n * 8, 12 + count + n * 8), 2));
  return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(bytes));
}

const uri = (username: string) =>
  `otpauth://totp/Homeline:${username}?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Homeline&digits=6&period=30`;

describe('a picture of a text', () => {
  test.each([1, 14, 15, 26, 42, 43, 62, 84, 106, 122, 152, 153, 180, 181, 213])('of %i bytes is read', (length) => {
    const text = 'https://home.example/'.repeat(11).slice(0, length);
    expect(read(modulesOf(text))).toBe(text);
  });

  test('of the keys of the shortest and the longest usernames is read', () => {
    for (const text of [uri('li'), uri('m'.repeat(64)), uri('%C3%91')]) expect(read(modulesOf(text))).toBe(text);
  });

  test('is the smallest that holds it', () => {
    const sizes = [14, 15, 26, 27, 180, 181, 213].map((length) => modulesOf('x'.repeat(length)).length);
    expect(sizes).toEqual([21, 25, 25, 29, 53, 57, 57]);
  });

  test('has finders in three corners, timing between them, and its version where it is large', () => {
    const modules = modulesOf('x'.repeat(120));
    const line = (row: number, from: number, many: number) =>
      (modules[row] ?? []).slice(from, from + many).map(Number).join(''); // prettier-ignore
    const side = modules.length;
    expect(side).toBe(45);
    for (const [top, left] of [
      [0, 0],
      [0, side - 7],
      [side - 7, 0],
    ] as const)
      // prettier-ignore
      expect([0, 1, 2, 3, 4, 5, 6].map((row) => line(top + row, left, 7))).toEqual(
        ['1111111', '1000001', '1011101', '1011101', '1011101', '1000001', '1111111'], // prettier-ignore
      );
    expect(line(6, 8, 29)).toBe('10101010101010101010101010101');
    // Table D.1: version 7 is 000111110010010100.
    const version = [5, 4, 3, 2, 1, 0].map((row) => [...line(row, side - 11, 3)].reverse().join('')).join('');
    expect(version).toBe('000111110010010100');
  });
});
