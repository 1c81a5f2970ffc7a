import { createHash, type Hash } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { addLines, beginFile, endFile, findFile, type NewLockboxLine } from '#db/lockbox.ts';
import type { RailDeps } from '../ports.ts';
import { finishFile } from './finish.ts';
import { readLockbox, type LockboxRecord } from './read.ts';
import { LockboxRefusal } from './refusal.ts';
import { reportOf, type LockboxReport } from './report.ts';

export interface LockboxImport {
  /** The file as the bank sent it (docs/lockbox.md). A connection is kept while it is read: what comes over a slow wire is spooled before. */
  readonly source: AsyncIterable<Uint8Array>;
  readonly agentId: string;
}

export type ImportResult =
  | { readonly kind: 'imported'; readonly report: LockboxReport; /** The same file had been taken before. */ readonly again: boolean }
  /** Nothing of it was posted. */
  | { readonly kind: 'refused'; readonly refusal: LockboxRefusal }
  | { readonly kind: 'agent-missing' }; // prettier-ignore

/** Lines written at once. */
const CHUNK = 500;

/**
 * Imports a lockbox file. First it is read to its end and kept whole, or not at all; then each line is posted by itself. Whoever dies on the way
 * leaves lines waiting, which finishFile() posts, as does the same file imported again: nothing twice, nothing lost. Throws
 * DatabaseUnavailable and what `source` throws, after which it may be imported again.
 */
export async function importLockbox(db: Database, deps: RailDeps, order: LockboxImport): Promise<ImportResult> {
  if (order.agentId === '') return { kind: 'agent-missing' };
  const hash = createHash('sha256');
  let again = false;
  try {
    await db.transaction().execute((trx) => keep(trx, deps, order, hash));
  } catch (error) {
    if (error instanceof LockboxRefusal) return { kind: 'refused', refusal: error };
    if (!(error instanceof TakenBefore)) throw error;
    again = true;
  }
  const file = await findFile(db, { sha256: hash.digest('hex') });
  if (!file) throw new Error('A lockbox file that was kept is gone.');
  await finishFile(db, deps, file.id);
  return { kind: 'imported', report: await reportOf(db, file), again };
}

/** Rolls the reading back: the file is there. */
class TakenBefore extends Error {
  override readonly name = 'TakenBefore';
}

async function keep(trx: Database, { now }: RailDeps, { source, agentId }: LockboxImport, hash: Hash): Promise<void> {
  let fileId = '';
  let prefix = '';
  let lines: NewLockboxLine[] = [];
  for await (const record of readLockbox(hashing(source, hash))) {
    if (record.kind === 'header') {
      const { lockbox, day } = record.header;
      // The bank counts batches and items anew for each lockbox and day.
      prefix = `lockbox ${lockbox} ${day}`;
      fileId = await beginFile(trx, { ...record.header, importedBy: agentId, importedAt: now() });
    } else lines.push(lineOf(record, prefix));
    if (lines.length === CHUNK) {
      await addLines(trx, fileId, lines);
      lines = [];
    }
  }
  await addLines(trx, fileId, lines);
  if (!(await endFile(trx, fileId, hash.copy().digest('hex')))) throw new TakenBefore();
}

function lineOf(record: Exclude<LockboxRecord, { kind: 'header' }>, prefix: string): NewLockboxLine {
  const { line } = record;
  if (record.kind === 'bad-line') return { line, cents: record.cents, reason: record.fault };
  const { batch, item, payment } = record;
  return { line, cents: payment.cents, itemKey: `${prefix} ${batch}/${item}`, item: payment };
}

async function* hashing(source: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}
