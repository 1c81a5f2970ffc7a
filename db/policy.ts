import { sql, type RawBuilder } from 'kysely';
import type { Database } from './connect.ts';
import type { CallingHours, VelocityLimits } from './facilities.ts';

/** Everything the policy decides from, and no decision. */
export interface PolicyFacts {
  readonly person: { readonly active: boolean };
  readonly station: { readonly active: boolean };
  readonly facility: {
    readonly id: string;
    readonly active: boolean;
    readonly timeZone: string;
    readonly callingHours: CallingHours;
    readonly velocity: VelocityLimits;
  };
  readonly privileged: boolean;
  /** `byClosing`: of all facilities, left by an account that was closed (guide row 22). `allFacilities`: by anybody else. */
  readonly blocked: { readonly thisFacility: boolean; readonly allFacilities: boolean; readonly byClosing: boolean };
  /** Calls that were dialled and not turned away by the policy itself, without the one asked for. */
  readonly attempts: { readonly byPersonLastHour: number; readonly toNumberLastDay: number };
}

export interface PolicyQuestion {
  readonly personId: string;
  readonly stationId: string;
  readonly facilityId: string;
  /** E.164. */
  readonly number: string;
  readonly at: Date;
  /** The call that asks: it is not counted among the attempts. */
  readonly callId?: string;
}

/** Person, station or facility of the question do not exist, or not together. The call is not placed. */
export class UnknownCaller extends Error {
  override readonly name = 'UnknownCaller';
}

/** The whole look-up in one round trip. Throws UnknownCaller, DatabaseUnavailable. */
export async function policyFacts(db: Database, question: PolicyQuestion): Promise<PolicyFacts> {
  const { personId, stationId, facilityId } = question;
  const facts = (await policyQuery(question).execute(db)).rows[0]?.facts;
  if (!facts) throw new UnknownCaller(`no person ${personId} at station ${stationId} of facility ${facilityId}`);
  return facts;
}

/** Every part is found by an index: the test reads the plan. */
export function policyQuery(question: PolicyQuestion): RawBuilder<{ facts: PolicyFacts }> {
  const { personId, stationId, facilityId, number, at } = question;
  const callId = question.callId ?? null;
  const blocks = sql`select from block where block.number = ${number} and block.lifted_at is null`;
  const attempts = sql`select count(*)::int from call
    where call.dialled_at <= ${at} and call.ended_by is distinct from 'policy' and call.id is distinct from ${callId}::uuid`;
  return sql`
    select jsonb_build_object(
      'person', jsonb_build_object('active', person.active),
      'station', jsonb_build_object('active', station.active),
      'facility', jsonb_build_object(
        'id', facility.id, 'active', facility.active, 'timeZone', facility.time_zone, 'callingHours', facility.calling_hours,
        'velocity', jsonb_build_object(
          'attemptsPerPersonPerHour', facility.attempts_per_person_per_hour,
          'attemptsPerNumberPerDay', facility.attempts_per_number_per_day)),
      'privileged', exists (select from privileged_number where privileged_number.number = ${number}),
      'blocked', jsonb_build_object(
        'thisFacility', exists (${blocks} and block.facility_id = facility.id),
        'allFacilities', exists (${blocks} and block.facility_id is null and block.placed_by <> 'closing'),
        'byClosing', exists (${blocks} and block.facility_id is null and block.placed_by = 'closing')),
      'attempts', jsonb_build_object(
        'byPersonLastHour', (${attempts} and call.person_id = person.id and call.dialled_at > ${at}::timestamptz - interval '1 hour'),
        'toNumberLastDay', (${attempts} and call.number = ${number} and call.dialled_at > ${at}::timestamptz - interval '1 day'))
    ) as facts
    from facility
    join person on person.facility_id = facility.id and person.id = ${personId}
    join station on station.facility_id = facility.id and station.id = ${stationId}
    where facility.id = ${facilityId}`;
}
