import type { Found } from './follower.ts';
import { CERTAIN } from './follower.ts';

/** What was found in one place. */
export interface Finding extends Found {
  /** A file, a table, a page, a snapshot. */
  readonly place: string;
  /** What is around it, every digit hidden. */
  readonly around: string;
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
    if (here.length > 2 * chance.length + FEW) leaks.push(...here);
  }
  return { leaks, byChance: parts.filter((part) => !leaks.includes(part)), byChanceOfOthers: others };
}

/** So many parts of secrets in one file are chance. */
const FEW = 3;

/** What is around a place in a file, every digit a dot, so that the finding itself shows none. */
export function around(bytes: Uint8Array, from: number, to: number): string {
  const seen = Buffer.from(bytes.subarray(Math.max(0, Math.floor(from) - 60), Math.ceil(to) + 24));
  return seen
    .toString('latin1')
    .replaceAll(/\d/g, '•')
    .replaceAll(/[^\x20-\x7e•]+/g, ' ');
}
