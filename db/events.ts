import { sql } from 'kysely';
import type { Database } from './connect.ts';

/** What web and app layers are told of. Written by the database, in the transaction of its cause (migrations/0074-events.ts). */
export const eventKinds = [
  'call.offered',
  'call.accepted',
  'call.ended',
  'recording.stored',
  'deposit.captured',
  'deposit.declined',
  'balance.low',
  'block.placed',
  'block.lifted',
] as const;
export type EventKind = (typeof eventKinds)[number];

/** The channel on which it is notified that something was written. */
export const EVENT_CHANNEL = 'event';

export interface Event {
  /** Its place in the one order in which all are told. */
  readonly id: string;
  readonly kind: EventKind;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Gives what was committed its place; of any number of processes, whichever comes first. Returns how many. */
export async function publishEvents(db: Database): Promise<number> {
  const { rows } = await sql<{ many: string }>`select publish_events() as many`.execute(db);
  return Number(rows[0]?.many ?? 0);
}

/** Published events after that place, in order; of these kinds alone where they are named. */
export async function eventsAfter(
  db: Database,
  id: string,
  most: number,
  kinds?: readonly EventKind[],
): Promise<Event[]> {
  let query = db.selectFrom('event').select(['seq', 'kind', 'at', 'data']).where('seq', '>', id);
  if (kinds) query = query.where('kind', 'in', kinds);
  const rows = await query.orderBy('seq').limit(most).execute();
  return rows.map(({ seq, ...event }) => ({ id: String(seq), ...event }));
}

/** The place of the last that is published; '0': none is. */
export async function lastEvent(db: Database): Promise<string> {
  const query = db.selectFrom('event').select((eb) => eb.fn.max('seq').as('last'));
  return (await query.executeTakeFirst())?.last ?? '0';
}

/** Forgets what happened before; the last stays, for the next one's place follows it. */
export async function pruneEvents(db: Database, before: Date): Promise<void> {
  await db
    .deleteFrom('event')
    .where('at', '<', before)
    .where('seq', '<', (eb) => eb.selectFrom('event').select((inner) => inner.fn.max('seq').as('last')))
    .execute();
}
