import type { Database } from './connect.ts';
import { legRow, type LegRef } from './legs.ts';
import type { Language } from './people.ts';
import { brokenConstraint } from './unavailable.ts';

export { appendEvents, CALL_EVENT_CHANNEL, type CallEvent } from './call-events.ts';
export { callReport, recentCalls, type Cdr, type CallReport } from './call-reports.ts';
export { openCallsOf, saveLeg, type CallToRecover, type Leg, type LegRef } from './legs.ts';

export type Side = 'inside' | 'outside';
export type EndedBy = 'inside' | 'outside' | 'limit' | 'policy' | 'system';
export type CallState = 'offHook' | 'policy' | 'ringing' | 'greeting' | 'talking' | 'done';

export interface OpenCall {
  /** UUID, made by the caller: opening the same call again changes nothing. */
  readonly id: string;
  readonly facilityId: string;
  readonly stationId?: string;
  /** The process that runs the call; unique per start of the process. */
  readonly node: string;
  readonly callerLeg: LegRef;
  readonly offHookAt: Date;
}

export interface CallEnding {
  readonly disposition: string;
  readonly endedBy: EndedBy;
  readonly cause: string;
  readonly sipStatus?: number;
  /** ITU-T Q.850 cause value. */
  readonly q850?: number;
  readonly language?: Language;
  readonly acceptedKey?: string;
  readonly acceptedAt?: Date;
  readonly number?: string;
  readonly states: Partial<Record<CallState, Date>>;
}

/** The call is not in the database: it was never opened, or its opening did not get through. */
export class UnknownCall extends Error {
  override readonly name = 'UnknownCall';
}

/** Opens the call's record with its first leg, both or neither. */
export async function openCall(db: Database, call: OpenCall): Promise<void> {
  const { id, facilityId, stationId = null, node, callerLeg, offHookAt } = call;
  await db
    .with('opened', (cte) =>
      cte
        .insertInto('call')
        .values({ id, facilityId, stationId, node, offHookAt })
        .onConflict((conflict) => conflict.column('id').doNothing()),
    )
    .insertInto('leg')
    .values(legRow({ callId: id, side: 'inside', ...callerLeg }))
    .onConflict((conflict) => conflict.columns(['callId', 'sipCallId']).doNothing())
    .execute();
}

/** Says whose call it is. 'person-busy' when the person is in another open call: the database lets only one in. */
export async function setPerson(db: Database, callId: string, personId: string): Promise<'ok' | 'person-busy'> {
  try {
    const result = await db.updateTable('call').set({ personId }).where('id', '=', callId).executeTakeFirst();
    if (result.numUpdatedRows === 0n) throw new UnknownCall(callId);
    return 'ok';
  } catch (error) {
    if (brokenConstraint(error) === 'call_of_person') return 'person-busy';
    throw error;
  }
}

/** The number dialled (E.164); from `at` the call counts as an attempt. */
export async function setNumber(db: Database, callId: string, number: string, at = new Date()): Promise<void> {
  const set = db.updateTable('call').set({ number, dialledAt: at }).where('id', '=', callId);
  if ((await set.executeTakeFirst()).numUpdatedRows === 0n) throw new UnknownCall(callId);
}

/** Closes an open call and tells whether it was this that closed it: the first ending stays. States that are not given keep their time. */
export async function closeCall(db: Database, callId: string, ending: CallEnding): Promise<boolean> {
  const { states, number, disposition, endedBy, cause } = ending;
  const doneAt = states.done ?? new Date();
  const result = await db
    .updateTable('call')
    .set((eb) => ({
      disposition,
      endedBy,
      cause,
      sipStatus: ending.sipStatus ?? null,
      q850: ending.q850 ?? null,
      language: ending.language ?? null,
      acceptedKey: ending.acceptedKey ?? null,
      acceptedAt: ending.acceptedAt ?? null,
      ...(states.offHook && { offHookAt: states.offHook }),
      ...(states.policy && { policyAt: states.policy }),
      ...(states.ringing && { ringingAt: states.ringing }),
      ...(states.greeting && { greetingAt: states.greeting }),
      ...(states.talking && { talkingAt: states.talking }),
      ...(number !== undefined && {
        number,
        dialledAt: eb.fn.coalesce('dialledAt', eb.val(states.policy ?? doneAt)),
      }),
      doneAt,
      closedAt: doneAt,
    }))
    .where('id', '=', callId)
    .where('closedAt', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
