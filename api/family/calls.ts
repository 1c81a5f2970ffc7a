import { callDetailsOf, outcomeOf } from '#accounts/statements/calls.ts';
import { callsOfAccount } from '#db/account-calls.ts';
import { z } from 'zod';
import { cursorOf, readCursor } from '../cursor.ts';
import { read } from '../problem.ts';
import { daysIn, daysQuery } from './money.ts';
import * as resources from './resources.ts';
import { account, mine, ok, type FamilyRoute } from './route.ts';

const callsQuery = z.strictObject({ account, limit: resources.limit(50, 200), cursor: resources.cursor });
/** Of the years that a database counts. */
const moment = z.iso
  .datetime()
  .refine((text) => /^(19[7-9]\d|[2-9]\d{3})-/.test(text))
  .transform((text) => new Date(text));
const place = z.strictObject({ at: moment, id: z.uuid() });
/** Nothing rang before. */
const EVER = new Date(0);

/** Calls and attempts to the account's numbers (guide rows 23, 24). */
export const callRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: '/v1/account/calls',
    summary: 'Every attempt to reach a number of the account, missed ones too, the newest first',
    door: 'family',
    limit: 'look',
    query: callsQuery,
    answers: { 200: resources.accountCalls },
    problems: [404, 409, 429],
    async run(db, house, asked) {
      const { limit, cursor } = read('query', callsQuery, asked.query);
      const after = readCursor(place, cursor);
      const { id } = mine(asked);
      const page = { limit: limit + 1, ...(after && { after }) };
      const found = await callsOfAccount(db, id, { from: EVER, until: house.identity.now() }, page);
      const calls = found.slice(0, limit).map(({ disposition, ...call }) => ({
        ...{ ...call, outcome: outcomeOf({ ...call, disposition }) },
      }));
      const last = calls.at(-1);
      return ok({ calls, ...(found.length > limit && last && { next: cursorOf({ at: last.at, id: last.id }) }) });
    },
  },
  {
    method: 'GET',
    path: '/v1/account/calls/summary',
    summary: 'How many calls of some days were talked, declined and missed, how long, and at what cost',
    door: 'family',
    limit: 'look',
    query: daysQuery,
    answers: { 200: resources.callSummary },
    problems: [404, 409, 429],
    async run(db, house, asked) {
      const { from, until, period } = daysIn(asked.query, house.identity.now());
      const { id } = mine(asked);
      const { attempts, talkSeconds, totalCents } = callDetailsOf(await callsOfAccount(db, id, period));
      const many = (wanted: string) => attempts.filter(({ outcome }) => outcome === wanted).length;
      return ok({
        ...{ from, until, attempts: attempts.length, talkSeconds, totalCents },
        ...{ talked: many('talked'), declined: many('declined'), missed: many('missed') },
        ...(attempts[0] && { lastAttemptAt: attempts[0].at }),
      });
    },
  },
];
