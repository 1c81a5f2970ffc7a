import { correctionOf } from './reed-solomon.ts';
import { countBitsOf, dataOf, versions, type Version } from './versions.ts';

const BYTE_MODE = 0b0100;
/** What fills the rest, in turn (7.4.10). */
const PADDING = [0xec, 0x11];

export interface Coded {
  readonly version: Version;
  /** Data and correction, as they are laid out. */
  readonly codewords: readonly number[];
}

/** The smallest code that holds the text, as UTF-8. Throws RangeError: none does, it is longer than 213 bytes. */
export function codedOf(text: string): Coded {
  const bytes = [...new TextEncoder().encode(text)];
  const fits = (version: Version) => 4 + countBitsOf(version) + bytes.length * 8 <= dataOf(version) * 8;
  const version = versions.find(fits);
  if (!version) throw new RangeError(`${bytes.length} bytes are more than a code holds.`);
  return { version, codewords: interleaved(version, dataCodewords(version, bytes)) };
}

function dataCodewords(version: Version, bytes: readonly number[]): number[] {
  const bits: number[] = [];
  const put = (value: number, many: number) => {
    for (let bit = many - 1; bit >= 0; bit--) bits.push((value >> bit) & 1);
  };
  put(BYTE_MODE, 4);
  put(bytes.length, countBitsOf(version));
  for (const byte of bytes) put(byte, 8);
  const room = dataOf(version);
  // The terminator is cut off where there is no room for it (7.4.9).
  put(0, Math.min(4, room * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const codewords = Array.from({ length: bits.length / 8 }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((value, bit) => value * 2 + bit, 0),
  );
  for (let nth = 0; codewords.length < room; nth++) codewords.push(PADDING[nth % 2] ?? 0);
  return codewords;
}

/** The first of every block, then the second …; so with what corrects (7.6): damage in one place is shared by all. */
function interleaved({ blocks, correction }: Version, data: readonly number[]): number[] {
  let from = 0;
  const parts = blocks.map((size) => data.slice(from, (from += size)));
  const corrections = parts.map((part) => correctionOf(part, correction));
  const inTurn = (lists: readonly (readonly number[])[]): number[] =>
    Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, at) =>
      lists.flatMap((list) => list.slice(at, at + 1)),
    ).flat();
  return [...inTurn(parts), ...inTurn(corrections)];
}
