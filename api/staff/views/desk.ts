import { z } from 'zod';
import { deskView } from '#db/staff-views/desk.ts';
import { agentState, turnAgent } from '#db/desk/agents.ts';
import { atDesk } from '#db/desk/events.ts';
import { read } from '../../problem.ts';
import type { StaffRoute } from '../route.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { told } from './told.ts';

const state = z.enum(['away', 'ready', 'ringing', 'talking', 'wrap-up']);
const agent = z
  .strictObject({
    id: resources.id,
    name: z.string(),
    extension: z.string(),
    supervisor: z.boolean(),
    languages: z.array(resources.language),
    state,
    since: resources.at,
    until: resources.at.optional().describe('When the wrap-up is over by itself'),
    entryId: z.uuid().optional().describe('Of the talk that is theirs, or that they are rung for'),
    number: resources.e164.optional().describe('Who talks with them; absent: withheld'),
    aside: resources.aside.optional(),
    reachable: z.boolean().describe('Their telephone is registered: they can be rung'),
    listening: z.array(
      z.strictObject({ id: resources.id, name: z.string(), mode: z.enum(['listen', 'whisper', 'join']) }),
    ),
  })
  .meta({ id: 'StaffAgent' });
const waiting = z
  .strictObject({
    entryId: z.uuid(),
    since: resources.at,
    language: resources.language,
    number: resources.e164.optional().describe('Where they call from, or are to be called back'),
    accountId: resources.id.optional().describe('Named to the line, not proved'),
    accountNumber: z.string().optional(),
    way: z.enum(['line', 'call-back']),
  })
  .meta({ id: 'StaffWaiting' });
const desk = z
  .strictObject({
    agents: z.array(agent),
    waiting: z.array(waiting).describe('In the order of their places'),
    messages: z.int().describe('Voice messages that nobody has heard yet'),
  })
  .meta({ id: 'StaffDesk' });
const wanted = z.strictObject({ state: z.enum(['ready', 'away']) });

/** The agents' desk: who is there, who waits. */
export const deskRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/desk',
    summary: 'The agents’ desk: who is there, who waits, how many messages there are',
    door: 'staff',
    act: 'queue.read',
    answers: { 200: desk },
    problems: [],
    run: async (db, { now }) => ({ status: 200, body: told(await deskView(db, now())) }),
  },
  {
    method: 'PUT',
    path: '/v1/staff/desk/me',
    summary: 'Comes to the desk, or leaves it; away during a wrap-up ends that',
    door: 'staff',
    act: 'agent.state',
    body: wanted,
    answers: { 200: wanted },
    problems: [409],
    async run(db, { now }, { body, staff, audit }) {
      const { state: to } = read('body', wanted, body);
      const { agentId } = staff;
      if (agentId === undefined) throw refuse('not-at-desk');
      return atDesk(db, async (trx) => {
        const from = await agentState(trx, agentId);
        const turned = await turnAgent(trx, agentId, to, now());
        if (turned === 'busy') throw refuse('agent-busy');
        if (turned === 'unknown') throw refuse('not-at-desk');
        if (from !== to)
          await audit(trx, { resource: { kind: 'agent', id: agentId }, before: { state: from }, after: { state: to } });
        return { status: 200, body: { state: to } };
      });
    },
  },
];
