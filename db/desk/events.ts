import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { storableJson } from '../json.ts';

export interface DeskEvent {
  readonly at: Date;
  readonly kind: string;
  readonly entryId: string | null;
  readonly agentId: string | null;
  readonly data: Record<string, unknown>;
}

/** Writes down what happened, in the transaction in which it happens. `data` holds no secret. */
export async function noteAtDesk(
  trx: Database,
  at: Date,
  kind: string,
  about: {
    readonly entryId?: string | undefined;
    readonly agentId?: string | undefined;
    readonly messageId?: string | undefined;
  },
  data: Record<string, unknown> = {},
): Promise<void> {
  const { entryId = null, agentId = null, messageId = null } = about;
  await trx
    .insertInto('deskEvent')
    .values({ at, kind, entryId, agentId, messageId, data: storableJson(data) })
    .execute();
}

/** What happened with an entry, in order. */
export async function eventsOfEntry(db: Database, entryId: string): Promise<DeskEvent[]> {
  const query = db.selectFrom('deskEvent').select(['at', 'kind', 'entryId', 'agentId', 'data']);
  return query.where('entryId', '=', entryId).orderBy('id').execute();
}

/** What happened with a voice message, in order. */
export async function eventsOfMessage(db: Database, messageId: string): Promise<DeskEvent[]> {
  const query = db.selectFrom('deskEvent').select(['at', 'kind', 'entryId', 'agentId', 'data']);
  return query.where('messageId', '=', messageId).orderBy('id').execute();
}

/** Any number, the same for everybody who changes something at the desk. */
const DESK = 8_660_036;

/** One change of the desk at a time, of whatever process: who is next is decided on what stands. No account is locked in it. */
export const atDesk = <T>(db: Database, work: (trx: Database) => Promise<T>): Promise<T> =>
  db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${DESK}::bigint)`.execute(trx);
    return work(trx);
  });
