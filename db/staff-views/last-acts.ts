import { sql } from 'kysely';
import type { ChequeEventKind } from '../cheques.ts';
import type { Database } from '../connect.ts';

/** What was done last with a thing, and by whom. */
export interface LastAct<Kind extends string> {
  readonly kind: Kind;
  readonly at: Date;
  /** Null: by nobody who works here; it came so. */
  readonly byName: string | null;
}

/** Of a cheque. Undefined: there is no such cheque. */
export async function lastChequeAct(db: Database, chequeId: string): Promise<LastAct<ChequeEventKind> | undefined> {
  return db
    .selectFrom('chequeEvent as step')
    .leftJoin('staff', (join) => join.on(sql<boolean>`staff.id::text = step.by_id`))
    .select(['step.kind', 'step.at', 'staff.name as byName'])
    .where('step.chequeId', '=', chequeId)
    .orderBy('step.id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** The name of somebody who works here, or did. Null: it is nobody's id. */
export async function staffName(db: Database, id: string): Promise<string | null> {
  const named = db
    .selectFrom('staff')
    .select('name')
    .where(sql<boolean>`id::text = ${id}`);
  return (await named.executeTakeFirst())?.name ?? null;
}
