/** A size of QR codes at error correction level M, which stands 15 % of damage (ISO/IEC 18004, tables 9 and E.1). */
export interface Version {
  readonly version: number;
  /** Data codewords of each block, in order. */
  readonly blocks: readonly number[];
  /** Codewords that correct, of each block. */
  readonly correction: number;
  /** Rows, and columns, of the centres of alignment patterns. */
  readonly alignment: readonly number[];
}

const of = (many: number, size: number): number[] => Array.from({ length: many }, () => size);

export const versions: readonly Version[] = [
  { version: 1, blocks: of(1, 16), correction: 10, alignment: [] },
  { version: 2, blocks: of(1, 28), correction: 16, alignment: [6, 18] },
  { version: 3, blocks: of(1, 44), correction: 26, alignment: [6, 22] },
  { version: 4, blocks: of(2, 32), correction: 18, alignment: [6, 26] },
  { version: 5, blocks: of(2, 43), correction: 24, alignment: [6, 30] },
  { version: 6, blocks: of(4, 27), correction: 16, alignment: [6, 34] },
  { version: 7, blocks: of(4, 31), correction: 18, alignment: [6, 22, 38] },
  { version: 8, blocks: [...of(2, 38), ...of(2, 39)], correction: 22, alignment: [6, 24, 42] },
  { version: 9, blocks: [...of(3, 36), ...of(2, 37)], correction: 22, alignment: [6, 26, 46] },
  { version: 10, blocks: [...of(4, 43), ...of(1, 44)], correction: 26, alignment: [6, 28, 50] },
];

/** Modules on a side. */
export const sideOf = ({ version }: Version): number => 17 + 4 * version;

/** Bits that say how many bytes follow (table 3). */
export const countBitsOf = ({ version }: Version): number => (version < 10 ? 8 : 16);

export const dataOf = ({ blocks }: Version): number => blocks.reduce((sum, block) => sum + block, 0);
