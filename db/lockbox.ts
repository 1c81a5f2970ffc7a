import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { storableJson } from './json.ts';

/** Duplicate: the item had been entered before. Entered, dismissed: it was rejected, and an agent decided. */
export type LockboxLineState =
  'waiting' | 'on-account' | 'in-suspense' | 'duplicate' | 'rejected' | 'entered' | 'dismissed';

export interface LockboxFile {
  readonly id: string;
  readonly sha256: string;
  readonly lockbox: string;
  /** ISO day. */
  readonly day: string;
  readonly file: number;
  readonly importedBy: string;
  readonly importedAt: Date;
}

export type NewLockboxLine =
  | { readonly line: number; readonly cents: number; readonly itemKey: string; readonly item: object }
  /** What could not be read. */
  | { readonly line: number; readonly cents: number; readonly reason: string };

/** Begins a file whose end is not seen yet: endFile() follows in the same transaction. Returns its id. */
export async function beginFile(trx: Database, file: Omit<LockboxFile, 'id' | 'sha256'>): Promise<string> {
  return (await trx.insertInto('lockboxFile').values(file).returning('id').executeTakeFirstOrThrow()).id;
}

export async function addLines(trx: Database, fileId: string, lines: readonly NewLockboxLine[]): Promise<void> {
  const rows = lines.map((line) => ({
    ...{ fileId, line: line.line, cents: String(line.cents) },
    ...('item' in line
      ? { state: 'waiting' as const, itemKey: line.itemKey, item: storableJson(line.item), reason: null }
      : { state: 'rejected' as const, itemKey: null, item: null, reason: line.reason }),
  }));
  if (rows.length > 0) await trx.insertInto('lockboxLine').values(rows).execute();
}

/** Gives the file its hash. False: it was taken before, or by somebody in this very moment, and this transaction is to be rolled back. */
export async function endFile(trx: Database, id: string, sha256: string): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended('lockbox ' || ${sha256}::text, 0))`.execute(trx);
  if (await findFile(trx, { sha256 })) return false;
  await trx.updateTable('lockboxFile').set({ sha256 }).where('id', '=', id).execute();
  return true;
}

const columns = ['id', 'lockbox', 'file', 'importedBy', 'importedAt'] as const;

export async function findFile(
  db: Database,
  by: { readonly sha256: string } | { readonly id: string },
): Promise<LockboxFile | undefined> {
  const [column, value] = 'id' in by ? (['id', by.id] as const) : (['sha256', by.sha256] as const);
  const query = db.selectFrom('lockboxFile').select(columns).where(column, '=', value);
  const hash = sql<string>`sha256`.as('sha256');
  return query.select([hash, sql<string>`to_char(day, 'YYYY-MM-DD')`.as('day')]).executeTakeFirst();
}

export interface WaitingLine {
  readonly line: number;
  readonly itemKey: string;
  readonly item: Readonly<Record<string, unknown>>;
}

/**
 * The first line that waits and that nobody else has; theirs until the transaction ends. Nobody waits for it, so it may be locked before the
 * account's row.
 */
export async function takeLine(trx: Database, fileId: string): Promise<WaitingLine | undefined> {
  const waiting = trx.selectFrom('lockboxLine').select(['line', 'itemKey', 'item']).where('fileId', '=', fileId);
  const query = waiting.where('state', '=', 'waiting').orderBy('line').limit(1).forUpdate().skipLocked();
  const row = await query.executeTakeFirst();
  return row && { line: row.line, itemKey: row.itemKey ?? '', item: row.item ?? {} };
}

export type LineEnd =
  | { readonly state: 'on-account' | 'in-suspense' | 'duplicate'; readonly paymentId: string; readonly reason?: string }
  | { readonly state: 'rejected'; readonly reason: string; readonly paymentId?: string };

export async function endLine(trx: Database, fileId: string, line: number, end: LineEnd): Promise<void> {
  const update = trx.updateTable('lockboxLine').where('fileId', '=', fileId).where('line', '=', line);
  await update.set({ paymentId: null, reason: null, ...end }).execute();
}

export interface LockboxLineSum {
  readonly state: LockboxLineState;
  readonly lines: number;
  readonly cents: number;
}

/** How many lines of a file are what by now, and what they are worth. */
export async function sumsOf(db: Database, fileId: string): Promise<LockboxLineSum[]> {
  const query = db
    .selectFrom('lockboxLine')
    .select((eb) => ['state', eb.fn.countAll<string>().as('lines'), eb.fn.sum<string>('cents').as('cents')])
    .where('fileId', '=', fileId)
    .groupBy('state')
    .orderBy('state');
  return (await query.execute()).map(({ state, lines, cents }) => ({
    state,
    lines: Number(lines),
    cents: Number(cents),
  }));
}

/** Files of which lines wait still: whoever imported them died. The oldest first. */
export async function unfinishedFiles(db: Database, limit = 100): Promise<string[]> {
  const waiting = db.selectFrom('lockboxLine').select('fileId').distinct().where('state', '=', 'waiting');
  return (await waiting.orderBy('fileId').limit(limit).execute()).map(({ fileId }) => fileId);
}
