import { Readable } from 'node:stream';
import { ownData } from '#accounts/identity/own-data.ts';
import { provenIn } from '../identity/sessions.ts';
import * as resources from './own-data-resources.ts';
import { identityIn, type FamilyRoute } from './route.ts';

/** What the house keeps of whoever is signed in. */
export const ownDataRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: '/v1/me/export',
    summary: 'Everything that is kept of one, as one document to keep, by the password given anew',
    door: 'family',
    limit: 'own-data',
    answers: { 200: resources.ownData },
    problems: [403, 429],
    async run(db, { identity: { now } }, asked) {
      const at = now();
      provenIn(asked, at);
      const identity = await identityIn(db, asked);
      const name = `homeline-${at.toISOString().slice(0, 10)}.json`;
      return {
        status: 200,
        // Text that is asked for as it is sent: whoever reads slowly keeps a page of lines waiting, and no connection to the database.
        body: Readable.from(ownData(db, identity, at), { highWaterMark: 1 }),
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-disposition': `attachment; filename="${name}"`,
        },
      };
    },
  },
];
