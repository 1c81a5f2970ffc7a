import type { Selectable } from 'kysely';
import type { CallEvent } from './call-events.ts';
import type { CallState, EndedBy } from './calls.ts';
import type { Database } from './connect.ts';
import type { Language } from './people.ts';
import { recordingOf, type Recording } from './recordings.ts';
import type { CallTable } from './schema/calls.ts';

/** The call detail record. What is absent did not happen, or not yet. */
export interface Cdr {
  readonly id: string;
  readonly facilityId: string;
  readonly stationId?: string;
  readonly node: string;
  readonly personId?: string;
  readonly number?: string;
  readonly dialledAt?: Date;
  readonly states: Partial<Record<CallState, Date>>;
  readonly language?: Language;
  readonly acceptedKey?: string;
  readonly acceptedAt?: Date;
  readonly disposition?: string;
  readonly cause?: string;
  readonly endedBy?: EndedBy;
  readonly sipStatus?: number;
  readonly q850?: number;
  readonly closedAt?: Date;
}

export interface CallReport {
  readonly call: Cdr;
  /** In the order of their seq. */
  readonly events: readonly Omit<CallEvent, 'callId'>[];
  readonly recording?: Recording;
}

const given = <T extends object>(row: T) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

export function toCdr(row: Selectable<CallTable>): Cdr {
  const { id, facilityId, node, offHookAt, policyAt, ringingAt, greetingAt, talkingAt, doneAt, ...rest } = row;
  const states = given({
    offHook: offHookAt,
    policy: policyAt,
    ringing: ringingAt,
    greeting: greetingAt,
    talking: talkingAt,
    done: doneAt,
  });
  return { id, facilityId, node, states, ...given(rest) };
}

/** Everything kept of one call. */
export async function callReport(db: Database, callId: string): Promise<CallReport | undefined> {
  const row = await db.selectFrom('call').selectAll().where('id', '=', callId).executeTakeFirst();
  if (!row) return undefined;
  const events = await db
    .selectFrom('callEvent')
    .select(['seq', 'at', 'kind', 'data'])
    .where('callId', '=', callId)
    .orderBy('seq')
    .execute();
  const recording = await recordingOf(db, callId);
  return { call: toCdr(row), events, ...(recording && { recording }) };
}

/** The newest calls first, attempts included. */
export async function recentCalls(
  db: Database,
  filter: { readonly limit: number; readonly facilityId?: string; readonly number?: string },
): Promise<Cdr[]> {
  let query = db.selectFrom('call').selectAll();
  if (filter.facilityId !== undefined) query = query.where('facilityId', '=', filter.facilityId);
  if (filter.number !== undefined) query = query.where('number', '=', filter.number);
  return (await query.orderBy('offHookAt', 'desc').limit(filter.limit).execute()).map(toCdr);
}
