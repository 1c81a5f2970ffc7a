import { createHash } from 'node:crypto';
import type { Found } from './follower.ts';
import { CERTAIN } from './follower.ts';

/** What was found in one place. */
export interface Finding extends Found {
  /** A file, a table, a page, a snapshot. */
  readonly place: string;
  /** What is around it, every digit hidden. */
  readonly around: string;
  /** Digest of the bytes around it, digits included: the same for each copy of one text. */
  readonly text: string;
}

export interface Verdict {
  /** Leaks. */
  readonly leaks: readonly Finding[];
  /** Seven to nine digits that stand alone, or within longer numbers, as often as those of numbers that nobody typed. */
  readonly byChance: readonly Finding[];
  readonly byChanceOfOthers: readonly Finding[];
}

/** What of it is a leak. `others`: what was found of as many numbers that nobody typed, which nothing but chance can have put there. */
export function judge(findings: readonly Finding[], others: readonly Finding[]): Verdict {
  const certain = findings.filter(({ count }) => count >= CERTAIN);
  const parts = findings.filter(({ count }) => count < CERTAIN);
  const leaks = [...certain];
  // A part of a card that is written somewhere is written there for many cards.
  for (const place of new Set(parts.map((part) => part.place))) {
    const here = parts.filter((part) => part.place === place && !part.within);
    const chance = others.filter((other) => other.place === place && !other.within && other.count < CERTAIN);
    if (occasions(place, here) > 2 * occasions(place, chance) + FEW) leaks.push(...here);
  }
  return { leaks, byChance: parts.filter((part) => !leaks.includes(part)), byChanceOfOthers: others };
}

/** So many parts of secrets in one file are chance. */
const FEW = 3;

/** Where the memory of a process is told of, which holds copies of one message wherever it passed: they came there together. */
export const memoryOf = (process: string): string => `memory of ${process}`;
const isMemory = (place: string): boolean => place.startsWith(memoryOf(''));

/** How often chance would have had to strike: once for each, in memory once for all copies of one text. */
const occasions = (place: string, parts: readonly Finding[]): number =>
  isMemory(place) ? new Set(parts.map(({ secret, text }) => `${secret.digits} ${text}`)).size : parts.length;

/**
 * Tells one text from another: an identifier that the digits are a part of (a UUID, a branch) wherever it stands; digits that no letter is joined to
 * by the bytes on either side.
 */
export function textAt(bytes: Uint8Array, from: number, to: number): string {
  let [start, end] = [Math.floor(from), Math.ceil(to) + 1];
  while (isOfWord(bytes[start - 1])) start--;
  while (isOfWord(bytes[end])) end++;
  const word = Buffer.from(bytes.subarray(start, end)).toString('latin1');
  const text = /[a-z]/i.test(word) ? word : bytes.subarray(Math.max(0, start - CLOSE), end + CLOSE);
  return createHash('sha256').update(text).digest('hex');
}

const isOfWord = (byte: number | undefined): boolean => byte !== undefined && /[\w-]/.test(String.fromCharCode(byte));
/** Bytes on either side of digits that stand alone. */
const CLOSE = 12;

/** What is around a place in a file, every digit a dot, so that the finding itself shows none. */
export function around(bytes: Uint8Array, from: number, to: number): string {
  const seen = Buffer.from(bytes.subarray(Math.max(0, Math.floor(from) - 60), Math.ceil(to) + 24));
  return seen
    .toString('latin1')
    .replaceAll(/\d/g, '•')
    .replaceAll(/[^\x20-\x7e•]+/g, ' ');
}
