import { profileOf } from '#db/profiles.ts';
import { z } from 'zod';
import { read } from '../problem.ts';
import { statementDays, statementFile, statementMedia, statementQuery } from '../statement-file.ts';
import { refuse } from './refusals.ts';
import type { FamilyRoute } from './route.ts';

const path = z.strictObject({
  account: z
    .string()
    .regex(/^1\d{9}$/, 'is no account number')
    .describe('Its number'),
  days: statementDays,
});

/** Statements to keep and to print (guide row 40). */
export const statementFileRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: '/v1/accounts/:account/statements/:days',
    summary: 'The statement of some days as a file: CSV or PDF, as `Accept` or the end of the address says',
    door: 'family',
    limit: 'file',
    params: path,
    query: statementQuery,
    media: statementMedia,
    answers: { 200: z.string() },
    problems: [404, 406, 429],
    async run(db, { identity }, asked) {
      const { account, days } = read('path', path, asked.params);
      const { language } = read('query', statementQuery, asked.query ?? {});
      const own = asked.accounts.find(({ number }) => number === account);
      if (!own) throw refuse('account-unknown');
      const { body, headers } = await statementFile(db, {
        ...{ accountId: own.id, accountNumber: own.number, days, accept: asked.accept, at: identity.now() },
        language: language ?? (await profileOf(db, own.id)).profile.language,
      });
      return { status: 200, body, headers };
    },
  },
];
