import { z } from 'zod';
import { orderListening } from '#db/desk/orders.ts';
import { read } from '../../problem.ts';
import type { StaffRoute } from '../route.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';

const wanted = z.strictObject({
  mode: z
    .enum(['listen', 'whisper', 'join'])
    .meta({ description: 'Who hears you: nobody, the agent, or both; on the telephone 1, 2 and 3 change it' }),
});

export const listenRoutes: readonly StaffRoute[] = [
  {
    method: 'POST',
    path: '/v1/staff/live/:id/listen',
    summary: 'Rings your telephone, to listen to the talk with this `entryId` of the desk once you have pressed 1',
    door: 'staff',
    act: 'live.listen',
    params: resources.callPath,
    body: wanted,
    answers: { 202: z.strictObject({ result: z.literal('ordered') }) },
    problems: [409],
    async run(db, { now }, { params, body, staff, audit }) {
      const { id: entryId } = read('path', resources.callPath, params);
      const { mode } = read('body', wanted, body);
      const { agentId } = staff;
      if (agentId === undefined) throw refuse('not-at-desk');
      return db.transaction().execute(async (trx) => {
        const ordered = await orderListening(trx, { entryId, agentId, mode }, now());
        if (ordered.kind === 'no-talk') throw refuse('talk-over');
        if (ordered.kind !== 'ordered') throw refuse(ordered.kind);
        await audit(trx, { resource: { kind: 'talk', id: entryId }, after: { mode, talkOf: ordered.talkOf } });
        return { status: 202, body: { result: 'ordered' } };
      });
    },
  },
];
