import { searchFacilities, statesWithFacilities } from '#db/facility-directory.ts';
import { z } from 'zod';
import { cursorOf, readCursor } from '../cursor.ts';
import { read } from '../problem.ts';
import { text } from '../resources.ts';
import * as resources from './resources.ts';
import { ok, type FamilyRoute } from './route.ts';

const place = z.tuple([text(500), text(64)]);

/** The facilities that families are offered (guide row 37). */
export const facilityRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: '/v1/facilities',
    summary: 'Facilities by name: of a state, with words in their names, or with a number',
    door: 'open',
    limit: 'look',
    query: resources.facilitiesQuery,
    answers: { 200: resources.facilities },
    problems: [429],
    async run(db, _house, { query }) {
      const { state, q: words, limit, cursor } = read('query', resources.facilitiesQuery, query);
      const [name, id] = readCursor(place, cursor) ?? [];
      const after = name === undefined || id === undefined ? undefined : { name, id };
      const found = await searchFacilities(db, { state, words }, { limit: limit + 1, after });
      const facilities = found.slice(0, limit);
      const last = facilities.at(-1);
      return ok({ facilities, ...(found.length > limit && last && { next: cursorOf([last.name, last.id]) }) });
    },
  },
  {
    method: 'GET',
    path: '/v1/facilities/states',
    summary: 'The states that have facilities',
    door: 'open',
    limit: 'look',
    answers: { 200: z.strictObject({ states: z.array(z.string()) }) },
    problems: [429],
    run: async (db) => ok({ states: await statesWithFacilities(db) }),
  },
];
