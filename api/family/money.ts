import { dayBefore, daysOf, ZONE } from '#accounts/statements/days.ts';
import { BadCursor, readStatement, transactionsOf } from '#accounts/statements/read.ts';
import { noticesOf } from '#db/notices.ts';
import type { Period } from '#db/statements.ts';
import { z } from 'zod';
import { badCursor, readCursor, cursorOf } from '../cursor.ts';
import { Problem, read } from '../problem.ts';
import { MOST_DAYS } from '../statement-file.ts';
import * as resources from './resources.ts';
import { account, mine, ok, type FamilyRoute } from './route.ts';

/** What is shown when no days are named. */
const USUAL_DAYS = 30;

export const daysQuery = z.strictObject({
  account,
  from: resources.day.optional().describe(`The first day; ${USUAL_DAYS} days ago without`),
  until: resources.day.optional().describe('The last day; today without'),
});
const transactionsQuery = z.strictObject({
  account,
  only: z.enum(['deposits']).optional(),
  limit: resources.limit(50, 200),
  cursor: resources.cursor,
});
const noticesQuery = z.strictObject({ account, limit: resources.limit(25, 100), cursor: resources.cursor });

/** The days that are asked for, and when they begin and end. */
export function daysIn(query: unknown, now: Date): { from: string; until: string; period: Period } {
  const { from = dayBefore(now, USUAL_DAYS), until = dayBefore(now, 0) } = read('query', daysQuery, query);
  const period = daysOf(from, until, MOST_DAYS);
  if (!period) throw new Problem(400, `query.until: is before query.from, or more than ${MOST_DAYS - 1} days after it`);
  return { from, until, period };
}

/** Known to whoever it is, and to nobody else: somebody who paid for the account may have been told. */
const masked = (recipient: string): string =>
  recipient.includes('@') ? recipient.replace(/^(.).*@/, '$1…@') : `…${recipient.slice(-4)}`;

/** Statement, transactions with their reference numbers, and what the holder was told (guide rows 33, 40). */
export const moneyRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: '/v1/account/statement',
    summary: 'Opening and closing balance of some days, and everything between them',
    door: 'family',
    limit: 'look',
    query: daysQuery,
    answers: { 200: resources.statement },
    problems: [404, 409, 429],
    async run(db, house, asked) {
      const { from, until, period } = daysIn(asked.query, house.identity.now());
      const { id: accountId } = mine(asked);
      const shown = await readStatement(db, { accountId, period, timeZone: ZONE });
      const { timeZone, openingCents, inCents, outCents, closingCents, lines } = shown;
      return ok({ from, until, timeZone, openingCents, inCents, outCents, closingCents, lines });
    },
  },
  {
    method: 'GET',
    path: '/v1/account/transactions',
    summary: 'Transactions, the newest first',
    door: 'family',
    limit: 'look',
    query: transactionsQuery,
    answers: { 200: resources.transactions },
    problems: [404, 409, 429],
    async run(db, _house, asked) {
      const { limit, cursor, only } = read('query', transactionsQuery, asked.query);
      const { id } = mine(asked);
      const wanted = { limit, ...(cursor !== undefined && { cursor }), ...(only && { only }) };
      const { transactions, next } = await transactionsOf(db, id, wanted).catch((error: unknown) => {
        throw error instanceof BadCursor ? badCursor() : error;
      });
      const told = transactions.map(({ at, reference, kind, cents, balanceCents }) => ({
        ...{ at, reference, kind, cents, balanceCents },
      }));
      return ok({ transactions: told, next });
    },
  },
  {
    method: 'GET',
    path: '/v1/account/notices',
    summary: 'What the holder was told, by text and by e-mail, the newest first',
    door: 'family',
    limit: 'look',
    query: noticesQuery,
    answers: { 200: resources.noticesOfAccount },
    problems: [404, 409, 429],
    async run(db, _house, asked) {
      const { limit, cursor } = read('query', noticesQuery, asked.query);
      const { id } = mine(asked);
      const found = await noticesOf(db, id, { limit: limit + 1, before: readCursor(resources.rowId, cursor) });
      const notices = found.slice(0, limit).map((notice) => ({ ...notice, recipient: masked(notice.recipient) }));
      const last = notices.at(-1);
      return ok({ notices, ...(found.length > limit && last && { next: cursorOf(last.id) }) });
    },
  },
];
