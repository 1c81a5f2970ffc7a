import type { ItemFault } from '../item.ts';

export type LineFault =
  ItemFault | 'not-csv' | 'wrong-fields' | 'unknown-record' | 'amount-unreadable' | 'day-after-file';

/** A line that is not taken. Lines are counted from 1. */
export interface BadLine {
  readonly line: number;
  readonly fault: LineFault;
}

export type LockboxFault =
  | 'not-utf-8'
  | 'line-too-long'
  | 'too-many-lines'
  | 'no-header'
  | 'bad-header'
  | 'second-header'
  | 'no-trailer'
  | 'bad-trailer'
  | 'after-trailer'
  /** A line hides how much it is worth, so that the totals cannot be compared. */
  | 'amount-unreadable'
  | 'count-differs'
  | 'total-differs';

/** A lockbox file is not taken as a whole: nothing of it is posted. To be sent again by the bank when it is right. */
export class LockboxRefusal extends Error {
  override readonly name = 'LockboxRefusal';
  readonly code: LockboxFault;
  /** Where it was noticed. */
  readonly line: number;
  /** Of the lines up to there, the first hundred. */
  readonly badLines: readonly BadLine[];

  constructor(code: LockboxFault, line: number, badLines: readonly BadLine[] = []) {
    super(`The lockbox file is refused at line ${line}: ${code}. Nothing of it was posted.`);
    this.code = code;
    this.line = line;
    this.badLines = badLines;
  }
}
