import { callRows } from './guide/calls.ts';
import { identityRows } from './guide/identity.ts';
import { lineRows } from './guide/line.ts';
import { moneyRows } from './guide/money.ts';
import { videoRows } from './guide/video.ts';
import type { Proof } from './proof.ts';

/** A row of the guide. */
export interface GuideRow {
  readonly row: number;
  readonly asks: string;
  readonly does: string;
  /** None: nothing of it is built, and `missing` says why. */
  readonly proofs: readonly Proof[];
  /** What of it is not built, and why. */
  readonly missing?: string;
}

export const guideRows: readonly GuideRow[] = [...callRows, ...lineRows, ...moneyRows, ...identityRows, ...videoRows];

/** The rows that the table has to have: those of the phone, its line, its money and its accounts, and what video shares with them. */
export const rowsAsked: readonly number[] = [...numbers(1, 61), ...numbers(66, 72)];

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}
