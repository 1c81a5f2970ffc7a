import { z } from 'zod';
import { facilitiesOf } from '#accounts/access/facilities.ts';
import { listFacilities } from '#db/facilities.ts';
import type { StaffRoute } from '../route.ts';
import * as resources from './resources.ts';

const facility = z
  .strictObject({
    id: resources.id,
    name: z.string(),
    state: z.string().optional().describe('As USPS abbreviates it'),
    timeZone: z.string().describe('IANA name'),
  })
  .meta({ id: 'StaffFacility' });

export const facilityRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/facilities',
    summary: 'The facilities that whoever asks sees, by name',
    door: 'staff',
    act: 'person.read',
    answers: { 200: z.strictObject({ facilities: z.array(facility) }) },
    problems: [],
    async run(db, _house, { staff }) {
      const seen = facilitiesOf(staff);
      const all = await listFacilities(db);
      const facilities = all
        .filter(({ id }) => seen?.includes(id) ?? true)
        .map(({ id, name, state, timeZone }) => ({ id, name, ...(state !== undefined && { state }), timeZone }));
      return { status: 200, body: { facilities } };
    },
  },
];
