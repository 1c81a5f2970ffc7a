import { z } from 'zod';
import { settleQuestion, type Finding } from '#accounts/refunds/settle-question.ts';
import { accountNumbersOf } from '#db/account-look-up.ts';
import { findCardRefund, type CardRefund } from '#db/card-refunds.ts';
import type { Database } from '#db/connect.ts';
import { staffName } from '#db/staff-views/last-acts.ts';
import { listedRefunds } from '#db/staff-views/refunds.ts';
import { read } from '../../problem.ts';
import type { StaffRoute } from '../route.ts';
import { cursor, cursorOf, limit, next, pageOf, placeOf } from './paging.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { told } from './told.ts';
import { etagOf, hasSeen, versionOf } from './version.ts';

const state = z.enum(['due', 'asking', 'refunded', 'declined', 'in-question', 'charged-back']);
const query = z.strictObject({ state: state.default('in-question'), cursor, limit });
const refund = z
  .strictObject({
    id: z.uuid(),
    accountId: resources.id,
    accountNumber: resources.accountNumber,
    version: resources.version,
    cause: z.enum(['closing', 'after-closing', 'agent', 'claimed']),
    cents: resources.cents,
    state: state.describe('In question: the gateway’s books are not ours, and somebody decides'),
    due: z.strictObject({ from: z.string(), until: z.string() }).describe('ISO days, both included'),
    madeAt: resources.at,
    askedAt: resources.at.optional(),
    endedAt: resources.at.optional(),
    gatewayId: z.string().describe('The charge, as the gateway calls it'),
    gatewayRefundId: z.string().optional(),
    declineReason: z.string().optional().describe('Why the bank did not take it, or why it is in question'),
    decided: z.strictObject({ byId: z.string(), reason: z.string() }).optional(),
    card: z.strictObject({ brand: z.string(), lastFour: z.string() }),
  })
  .meta({ id: 'StaffRefund' });
const refundNow = z
  .strictObject({
    refund,
    decidedBy: z.string().optional().describe('Who decided, when it was in question'),
  })
  .meta({ id: 'StaffRefundNow' });
const decision = z.strictObject({
  decision: z
    .enum(['refunded', 'charged-back', 'not-refunded'])
    .meta({ description: 'What was found out with the gateway; not refunded: the holder gets a cheque' }),
  gatewayRefundId: resources.text(1, 255).optional().meta({ description: 'Of what was refunded, and of that alone' }),
  reason: resources.reason,
});

/** Refunds to cards; those in question are decided by somebody, once. */
export const refundRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/refunds',
    summary: 'Refunds to cards in one state, the newest first',
    door: 'staff',
    act: 'refund.read',
    query,
    answers: { 200: z.strictObject({ refunds: z.array(refund), next }) },
    problems: [],
    async run(db, _house, { query: asked }) {
      const { state: of, cursor: shown, limit: most } = read('query', query, asked);
      const rows = await listedRefunds(db, { state: of, after: placeOf(shown), most: most + 1 });
      const { page, ...more } = pageOf(rows, most, ({ madeAt, id }) => cursorOf({ at: madeAt, id }));
      return { status: 200, body: { refunds: await shownRefunds(db, page), ...more } };
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/refunds/:id',
    summary: 'A refund as it is now, with its version in ETag, and who decided about it',
    door: 'staff',
    act: 'refund.read',
    params: resources.callPath,
    versioned: true,
    answers: { 200: refundNow },
    problems: [404],
    async run(db, _house, { params }) {
      const { id } = read('path', resources.callPath, params);
      const found = await findCardRefund(db, id);
      if (!found) throw refuse('refund-unknown');
      const [shown] = await shownRefunds(db, [found]);
      const by = found.decided && (await staffName(db, found.decided.byId));
      const body = { refund: shown, ...(by && { decidedBy: by }) };
      return { status: 200, body, headers: etagOf(versionOf(core(found))) };
    },
  },
  {
    method: 'POST',
    path: '/v1/staff/refunds/:id/decision',
    summary: 'Says what became of a refund in question',
    door: 'staff',
    act: 'refund.decide',
    params: resources.callPath,
    body: decision,
    versioned: true,
    answers: { 200: refund },
    problems: [404, 409, 412, 422, 428],
    async run(db, { refunds: deps }, { params, body, staff, headers, audit }) {
      const { id: refundId } = read('path', resources.callPath, params);
      const { reason, ...what } = read('body', decision, body);
      const found = findingOf(what);
      if (!deps) throw refuse('not-served-here');
      return db.transaction().execute(async (trx) => {
        const before = await findCardRefund(trx, refundId, { lock: true });
        if (!before) throw refuse('refund-unknown');
        if (!hasSeen(headers, versionOf(core(before)))) throw refuse('changed-meanwhile');
        const settled = await settleQuestion(trx, deps, { refundId, agentId: staff.id, reason, found });
        if (settled.kind === 'refused') {
          if (settled.code === 'unknown-refund') throw refuse('refund-unknown');
          throw settled.code === 'not-in-question' ? refuse('refund-decided') : refuse('refund-faulty', [settled.code]);
        }
        const after = { state: settled.refund.state, ...found };
        await audit(trx, {
          resource: { kind: 'refund', id: refundId },
          reason,
          before: { state: 'in-question' },
          after,
        });
        const [shown] = await shownRefunds(trx, [settled.refund]);
        return { status: 200, body: shown, headers: etagOf(versionOf(core(settled.refund))) };
      });
    },
  },
];

function findingOf({ decision: kind, gatewayRefundId }: Omit<z.output<typeof decision>, 'reason'>): Finding {
  if (kind !== 'refunded') {
    if (gatewayRefundId !== undefined) throw refuse('refund-faulty', ['refund-id-needless']);
    return { kind };
  }
  if (gatewayRefundId === undefined) throw refuse('refund-faulty', ['refund-id-missing']);
  return { kind, gatewayRefundId };
}

const core = ({ postingId: _, depositId: _deposit, lookAgainAt: _look, ...one }: CardRefund) => told(one);

async function shownRefunds(db: Database, all: readonly CardRefund[]) {
  const numbers = await accountNumbersOf(
    db,
    all.map(({ accountId }) => accountId),
  );
  return all.map((one) => {
    const shown = core(one);
    return { ...shown, accountNumber: numbers.get(one.accountId) ?? '', version: versionOf(shown) };
  });
}
