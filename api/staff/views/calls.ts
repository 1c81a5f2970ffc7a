import { z } from 'zod';
import { facilitiesOf, seesFacility } from '#accounts/access/facilities.ts';
import { callReport, type CallReport } from '#db/calls.ts';
import type { Database } from '#db/connect.ts';
import { findFacility } from '#db/facilities.ts';
import { isPrivileged } from '#db/privileged.ts';
import { listedCalls } from '#db/staff-views/calls.ts';
import { personName } from '#db/staff-views/people.ts';
import { read } from '../../problem.ts';
import type { Staff, StaffRoute } from '../route.ts';
import { cursor, cursorOf, limit, next, pageOf, placeOf } from './paging.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { told } from './told.ts';

const query = z.strictObject({
  number: resources.e164.optional(),
  facilityId: resources.id.optional(),
  personId: resources.id.optional(),
  disposition: resources.text(0, 64).optional(),
  from: resources.moment.optional().meta({ description: 'Picked up at this time or later' }),
  until: resources.moment.optional().meta({ description: 'Picked up before this time' }),
  cursor,
  limit,
});
const listed = z
  .strictObject({
    id: z.uuid(),
    at: resources.at.describe('When the telephone was picked up'),
    facilityId: resources.id,
    facilityName: z.string(),
    timeZone: z.string().describe('Of the facility, IANA name'),
    personId: z.string().optional(),
    personName: z.string().optional(),
    number: resources.e164.optional(),
    disposition: z.string().optional().describe('One of docs/dispositions.md; absent while the call goes on'),
    seconds: z.int().describe('Talked'),
    recorded: z.boolean(),
  })
  .meta({ id: 'StaffListedCall' });

const time = resources.at.optional();
export const recording = z
  .strictObject({
    id: z.uuid(),
    state: z.enum(['intended', 'started', 'finished', 'stored', 'absent']),
    channels: z.int().describe('Two: the person inside, then the family'),
    seconds: z.number().optional(),
    bytes: z.int().optional(),
    sha256: z.string().optional(),
    repaired: z.boolean().optional().describe('Its header was put right after a crash'),
    privileged: z.boolean().describe('The number is privileged by now: nobody listens'),
  })
  .meta({ id: 'StaffRecording' });
const page = z
  .strictObject({
    id: z.uuid(),
    facilityId: resources.id,
    facilityName: z.string(),
    timeZone: z.string(),
    stationId: z.string().optional(),
    personId: z.string().optional(),
    personName: z.string().optional(),
    number: resources.e164.optional(),
    language: resources.language.optional(),
    states: z.strictObject({
      ...{ offHook: time, policy: time, ringing: time, greeting: time, talking: time, done: time },
    }),
    acceptedKey: z.string().optional(),
    acceptedAt: time,
    disposition: z.string().optional(),
    cause: z.string().optional(),
    endedBy: z.enum(['inside', 'outside', 'limit', 'policy', 'system']).optional(),
    sipStatus: z.int().optional(),
    q850: z.int().optional(),
    seconds: z.int(),
    journal: z.array(
      z.strictObject({ seq: z.int(), at: resources.at, kind: z.string(), data: z.record(z.string(), z.unknown()) }),
    ),
    recording: recording.optional(),
  })
  .meta({ id: 'StaffCall' });

export const callRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/calls',
    summary: 'Calls, attempts included, the newest first',
    door: 'staff',
    act: 'call.read',
    query,
    answers: { 200: z.strictObject({ calls: z.array(listed), next }) },
    problems: [],
    async run(db, _house, { query: asked, staff }) {
      const { cursor: shown, limit: most, ...filter } = read('query', query, asked);
      const where = { ...filter, after: placeOf(shown), facilityIds: facilitiesOf(staff) };
      const { page: calls, ...more } = pageOf(await listedCalls(db, { ...where, most: most + 1 }), most, cursorOf);
      return { status: 200, body: { calls: told(calls), ...more } };
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/calls/:id',
    summary: 'One call: its record, its journal, whether it was recorded',
    door: 'staff',
    act: 'call.read',
    params: resources.callPath,
    answers: { 200: page },
    problems: [404],
    async run(db, _house, { params, staff }) {
      const { call, events, recording: made } = await reportOf(db, params, staff);
      const { facilityId, stationId, personId, number, language, states, acceptedKey, acceptedAt } = call;
      const { disposition, cause, endedBy, sipStatus, q850 } = call;
      const [facility, name, privileged] = await Promise.all([
        findFacility(db, facilityId),
        personId === undefined ? undefined : personName(db, personId),
        number !== undefined && isPrivileged(db, number),
      ]);
      const body = told({
        ...{
          id: call.id,
          facilityId,
          facilityName: facility?.name ?? facilityId,
          timeZone: facility?.timeZone ?? 'UTC',
        },
        ...{ stationId, personId, personName: name, number, language, states, acceptedKey, acceptedAt },
        ...{ disposition, cause, endedBy, sipStatus, q850, seconds: talked(states), journal: events.map(shownEvent) },
      });
      return { status: 200, body: { ...body, ...(made && { recording: shownRecording(made, privileged) }) } };
    },
  },
];

/** A call that whoever asks may see; throws where there is none. */
export async function reportOf(db: Database, params: unknown, staff: Staff): Promise<CallReport> {
  const { id } = read('path', resources.callPath, params);
  const report = await callReport(db, id);
  if (!report || !seesFacility(staff, report.call.facilityId)) throw refuse('call-unknown');
  return report;
}

/** Where a recording lies on a machine is nobody's to know. */
function shownEvent<E extends CallReport['events'][number]>({ data, ...event }: E) {
  return { ...event, data: event.kind === 'recording' ? {} : data };
}

/** Of a recording, what is told: not where it lies. */
export function shownRecording(
  { id, state, channels, finished }: NonNullable<CallReport['recording']>,
  privileged: boolean,
): z.input<typeof recording> {
  const file = finished && (({ at: _at, ...rest }) => rest)(finished);
  return { id, state, channels, ...file, privileged };
}

const talked = ({ talking, done }: CallReport['call']['states']): number =>
  talking && done ? Math.max(0, Math.floor((done.getTime() - talking.getTime()) / 1_000)) : 0;
