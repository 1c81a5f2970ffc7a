import { z } from 'zod';
import { liftOne } from '#accounts/blocks.ts';
import { activeBlock, placeBlock } from '#db/blocks.ts';
import { findFacility } from '#db/facilities.ts';
import { read } from '../../problem.ts';
import type { StaffRoute } from '../route.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';

const wanted = z.strictObject({
  number: resources.e164,
  facilityId: resources.id.optional().describe('Absent: calls of all facilities'),
  reason: resources.reason,
});
const placed = z.strictObject({
  result: z.enum(['placed', 'already-blocked']),
  id: resources.counted.optional().describe('Absent: the block that was there has just been lifted by somebody else'),
});
/** How the agent knows that whoever asks may ask (guide row 17; caller ID can be forged). */
const lifting = z.strictObject({
  reason: resources.reason,
  verifiedBy: z.enum(['passcode', 'call-back', 'documents']).meta({ description: 'How whoever asks was verified' }),
});

/** Blocks that staff place and lift: at once, and written down with who and why in the same transaction. */
export const blockRoutes: readonly StaffRoute[] = [
  {
    method: 'POST',
    path: '/v1/staff/blocks',
    summary: 'Blocks calls to a number, from one facility or from all; in force when this answers',
    door: 'staff',
    act: 'block.place',
    body: wanted,
    answers: { 200: placed, 201: placed },
    problems: [404],
    async run(db, { now }, { body, staff, audit }) {
      const { number, facilityId, reason } = read('body', wanted, body);
      const scope = facilityId === undefined ? 'all' : { facilityId };
      return db.transaction().execute(async (trx) => {
        if (facilityId !== undefined && !(await findFacility(trx, facilityId))) throw refuse('facility-unknown');
        const by = { kind: 'agent', id: staff.id } as const;
        const result = await placeBlock(trx, { number, scope, by, reason, at: now() });
        const id = (await activeBlock(trx, number, scope))?.id;
        if (result === 'placed')
          await audit(trx, { resource: { kind: 'block', id }, reason, after: { number, scope } });
        return { status: result === 'placed' ? 201 : 200, body: { result, ...(id !== undefined && { id }) } };
      });
    },
  },
  {
    method: 'POST',
    path: '/v1/staff/blocks/:id/lift',
    summary: 'Lifts an active block, once whoever asks has been verified',
    door: 'staff',
    act: 'block.lift',
    params: resources.countedPath,
    body: lifting,
    answers: { 200: z.strictObject({ result: z.literal('lifted') }) },
    problems: [404, 409],
    async run(db, { now }, { params, body, staff, audit }) {
      const { id: blockId } = read('path', resources.countedPath, params);
      const { reason, verifiedBy } = read('body', lifting, body);
      return db.transaction().execute(async (trx) => {
        const by = { kind: 'agent', id: staff.id } as const;
        const lifted = await liftOne(trx, { blockId, by, reason, at: now() });
        if (lifted.kind === 'unknown') throw refuse('block-unknown');
        if (lifted.kind === 'not-active') throw refuse('block-not-active');
        if (lifted.kind === 'not-allowed') throw refuse('block-not-liftable');
        const { number, scope, placed: was } = lifted.block;
        const before = { number, scope, placed: { by: was.by, at: was.at.toISOString(), reason: was.reason } };
        await audit(trx, {
          resource: { kind: 'block', id: blockId },
          reason,
          before,
          after: { lifted: true, verifiedBy },
        });
        return { status: 200, body: { result: 'lifted' } };
      });
    },
  },
];
