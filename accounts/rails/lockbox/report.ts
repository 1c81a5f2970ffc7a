import type { Database } from '#db/connect.ts';
import { sumsOf, type LockboxFile, type LockboxLineSum } from '#db/lockbox.ts';
import { linesIn, type LockboxLine } from '#db/lockbox-lines.ts';

/** What became of a file. The sums together are what its trailer said. */
export interface LockboxReport {
  readonly file: LockboxFile;
  readonly sums: readonly LockboxLineSum[];
  /** To be looked at by an agent: the first thousand. Their money is at the bank and not in the books. */
  readonly rejected: readonly LockboxLine[];
  /** Entered before, under another key: the first thousand. */
  readonly duplicates: readonly LockboxLine[];
}

export async function reportOf(db: Database, file: LockboxFile): Promise<LockboxReport> {
  return {
    file,
    sums: await sumsOf(db, file.id),
    rejected: await linesIn(db, file.id, 'rejected'),
    duplicates: await linesIn(db, file.id, 'duplicate'),
  };
}
