import { z } from 'zod';
import { DEPOSIT, within } from '#accounts/money.ts';
import { transactionsOf, BadCursor } from '#accounts/statements/read.ts';
import { numbersOf } from '#db/account-numbers.ts';
import { currentCard } from '#db/cards.ts';
import { findClosing } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import { orderPaymentFor } from '#db/desk/orders.ts';
import { fundingPlan } from '#db/funding.ts';
import { accountView, type AccountView } from '#db/staff-views/account.ts';
import { read } from '../../problem.ts';
import { refuseStaff } from '../refusals.ts';
import type { StaffRoute } from '../route.ts';
import { statementDays, statementFile, statementMedia, statementQuery } from '../../statement-file.ts';
import { cursor, limit, next } from './paging.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { told } from './told.ts';

const path = z.strictObject({ id: resources.id });
const card = z.strictObject({
  brand: z.string(),
  last4: z.string(),
  expires: z.string().describe('MM/YYYY'),
});
const account = z
  .strictObject({
    id: resources.id,
    number: z.string().describe('Ten digits, as on letters'),
    status: resources.status,
    openedAt: resources.at,
    holder: z.string().optional(),
    language: resources.language.optional(),
    facilityName: z.string().optional().describe('For which it was opened'),
    balanceCents: resources.cents,
    availableCents: resources.cents.describe('Less what is held for calls that go on'),
    numbers: z.array(z.strictObject({ number: resources.e164, addedAt: resources.at })),
    cards: z.array(card).describe('The card that is saved; none or one'),
    autopay: z
      .strictObject({
        mode: z.enum(['autopay', 'textpay', 'both']),
        amountCents: resources.cents,
        thresholdCents: resources.cents,
        suspendedAt: resources.at.optional().describe('The card was declined too often'),
      })
      .optional(),
    closing: z
      .strictObject({ at: resources.at, by: z.enum(['web', 'phone-line', 'agent']), balanceCents: resources.cents })
      .optional(),
  })
  .meta({ id: 'StaffAccount' });
const filePath = z.strictObject({ id: resources.id, days: statementDays });
const page = z.strictObject({ cursor, limit });
const line = z
  .strictObject({
    at: resources.at,
    kind: z.string(),
    reference: z.string(),
    cents: resources.cents.describe('Positive: in; negative: out'),
    balanceCents: resources.cents.describe('After it'),
  })
  .meta({ id: 'StaffStatementLine' });
const payment = z.strictObject({
  cents: resources.cents.optional().describe('Absent: you are asked on the telephone'),
});

export const accountRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/accounts/:id',
    summary: 'An account: balance, numbers, card, AutoPay, closing',
    door: 'staff',
    act: 'account.read',
    params: path,
    answers: { 200: account },
    problems: [404],
    async run(db, _house, { params }) {
      const view = await accountOf(db, params);
      const [numbers, saved, plan, closing] = await Promise.all([
        numbersOf(db, view.id),
        currentCard(db, view.id),
        fundingPlan(db, view.id),
        findClosing(db, { accountId: view.id }),
      ]);
      const body: z.input<typeof account> = {
        ...told(view),
        numbers: told(numbers),
        cards: saved ? [cardOf(saved)] : [],
        ...(plan && {
          autopay: {
            ...{ mode: plan.mode, amountCents: plan.amountCents, thresholdCents: plan.thresholdCents },
            ...(plan.suspendedAt && { suspendedAt: plan.suspendedAt.toISOString() }),
          },
        }),
        ...(closing && {
          closing: { at: closing.at.toISOString(), by: closing.by.kind, balanceCents: closing.balanceCents },
        }),
      };
      return { status: 200, body };
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/accounts/:id/statement',
    summary: 'What was paid in and spent, the newest first',
    door: 'staff',
    act: 'statement.read',
    params: path,
    query: page,
    answers: { 200: z.strictObject({ lines: z.array(line), next }) },
    problems: [404],
    async run(db, _house, { params, query }) {
      const { id } = await accountOf(db, params);
      const { cursor: shown, limit: most } = read('query', page, query);
      const wanted = { limit: most, ...(shown !== undefined && { cursor: shown }) };
      const found = await transactionsOf(db, id, wanted).catch((error: unknown) => {
        throw error instanceof BadCursor ? refuseStaff('cursor-faulty') : error;
      });
      const lines = found.transactions.map(({ memo: _, ...rest }) => told(rest));
      return { status: 200, body: { lines, ...(found.next !== undefined && { next: found.next }) } };
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/accounts/:id/statements/:days',
    summary:
      'The statement of some days as a file: CSV or PDF, as `Accept` or the end of the address says. Written down',
    door: 'staff',
    act: 'statement.read',
    params: filePath,
    query: statementQuery,
    media: statementMedia,
    answers: { 200: z.string() },
    problems: [404, 406],
    async run(db, { now }, { params, query, headers: { accept }, audit }) {
      const { id, days } = read('path', filePath, params);
      const { language } = read('query', statementQuery, query);
      const view = await accountOf(db, { id });
      const file = await statementFile(db, {
        ...{ accountId: view.id, accountNumber: view.number, days, accept, at: now() },
        language: language ?? view.language ?? 'en',
      });
      const { from, until, kind, body, headers } = file;
      // Who looks is not written down; what leaves the house is.
      await audit(db, { resource: { kind: 'account', id: view.id }, after: { from, until, file: kind } });
      return { status: 200, body, headers };
    },
  },
  {
    method: 'POST',
    path: '/v1/staff/accounts/:id/attended-payment',
    summary:
      'Takes a payment in the talk that you are in, as *7 on the telephone does: the family types the card, which nobody hears',
    door: 'staff',
    act: 'deposit.take',
    params: path,
    body: payment,
    answers: { 202: z.strictObject({ result: z.literal('ordered') }) },
    problems: [404, 409, 422],
    async run(db, { now }, { params, body, staff, audit }) {
      const { cents } = read('body', payment, body);
      const { id: accountId, status } = await accountOf(db, params);
      const amount = cents === undefined ? undefined : within(DEPOSIT, cents);
      if (amount?.kind === 'refused') throw refuse('not-an-amount', [amount.reason]);
      if (status === 'closed') throw refuse('account-closed');
      const { agentId } = staff;
      if (agentId === undefined) throw refuse('not-at-desk');
      return db.transaction().execute(async (trx) => {
        const ordered = await orderPaymentFor(trx, { agentId, accountId, cents }, now());
        if (ordered.kind !== 'ordered') throw refuse(ordered.kind);
        const { entryId } = ordered;
        await audit(trx, {
          resource: { kind: 'account', id: accountId },
          after: { entryId, ...(cents !== undefined && { cents }) },
        });
        return { status: 202, body: { result: 'ordered' } };
      });
    },
  },
];

async function accountOf(db: Database, params: unknown): Promise<AccountView> {
  const view = await accountView(db, read('path', path, params).id);
  if (!view) throw refuse('account-unknown');
  return view;
}

const cardOf = ({
  brand,
  lastFour,
  expiryMonth,
  expiryYear,
}: NonNullable<Awaited<ReturnType<typeof currentCard>>>) => ({
  ...{ brand, last4: lastFour, expires: `${String(expiryMonth).padStart(2, '0')}/${expiryYear}` },
});
