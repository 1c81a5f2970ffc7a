import { z } from 'zod';
import { codeTalk } from '#db/desk/codes.ts';
import { orderInTalk, type NotInTalk, type WantedInTalk } from '#db/desk/in-talk.ts';
import type { Database } from '#db/connect.ts';
import { myDesk } from '#db/staff-views/my-desk.ts';
import { read } from '../../problem.ts';
import type { StaffAnswer, StaffAsked, StaffHouse, StaffRoute } from '../route.ts';
import { refuse, type ViewRefusal } from './refusals.ts';
import * as resources from './resources.ts';
import { told } from './told.ts';

const code = z.string().regex(/^[1-9]$/, 'is no code');
const extension = z.string().regex(/^[1-9]\d{1,5}$/, 'is no extension');
const call = z
  .strictObject({
    entryId: z.uuid(),
    since: resources.at.describe('When they began to wait'),
    language: resources.language,
    number: resources.e164.optional().describe('Absent: withheld'),
    accountId: resources.id.optional().describe('Named to the line, not proved'),
    accountNumber: z.string().optional(),
    way: z.enum(['line', 'call-back']),
    talkingAt: resources.at.optional(),
    aside: resources.aside.optional(),
    payment: z
      .strictObject({
        outcome: z.enum(['captured', 'declined', 'pending', 'broken-off']),
        cents: z.int().optional().describe('Cents; absent: broken off'),
      })
      .optional()
      .describe('How the last card payment of this talk ended'),
    code: code.optional().describe('What it was about, as far as it was said'),
    from: z.strictObject({ name: z.string(), extension }).optional().describe('Who passed it on'),
    note: z.string().optional().describe('What they wrote for whoever takes it'),
  })
  .meta({ id: 'StaffMyCall' });
const mine = z
  .strictObject({
    state: z.enum(['away', 'ready', 'ringing', 'talking', 'wrap-up']),
    since: resources.at,
    until: resources.at.optional().describe('When the wrap-up is over by itself'),
    phone: z.enum(['page', 'table']).optional().describe('Which telephone rings; absent: none is registered'),
    call: call.optional().describe('That you are rung for, have, or write down what it was about'),
    codes: z.array(z.strictObject({ code, name: z.string() })).describe('What a talk can be about'),
  })
  .meta({ id: 'StaffMyDesk' });
const ordered = z.strictObject({ result: z.literal('ordered') });
const coded = z.strictObject({ entryId: z.uuid(), code });
const passedOn = z.strictObject({
  to: extension.optional().describe('An agent’s extension; absent: whoever is free, the caller first of all who wait'),
  note: resources.text(1, 500).trim().min(1).optional().describe('For whoever takes it'),
});

const refusals: Readonly<Record<NotInTalk, ViewRefusal>> = {
  'no-talk': 'no-talk',
  paying: 'card-is-typed',
  'no-agent': 'agent-unknown',
  'own-extension': 'own-extension',
  'agent-busy': 'agent-not-free',
  'agent-unreachable': 'agent-unreachable',
};

/** Leaves an order with the talk of whoever asks; the process that has the talk carries it out within a second or two. */
async function order(
  db: Database,
  { now }: StaffHouse,
  { staff: { agentId }, audit }: StaffAsked,
  wanted: WantedInTalk,
): Promise<StaffAnswer> {
  if (agentId === undefined) throw refuse('not-at-desk');
  return db.transaction().execute(async (trx) => {
    const found = await orderInTalk(trx, agentId, wanted, now());
    if (found.kind !== 'ordered') throw refuse(refusals[found.kind]);
    const { kind } = wanted;
    const after = { order: kind, ...(kind === 'transfer' && wanted.to !== undefined && { to: wanted.to }) };
    await audit(trx, { resource: { kind: 'talk', id: found.entryId }, after });
    return { status: 202, body: { result: 'ordered' } };
  });
}

const used = { door: 'staff', act: 'phone.use' } as const;

/** The desk as whoever asks has it before them, and their talk. */
export const myDeskRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/desk/me',
    summary: 'Your place at the desk: whether calls are given to you, which telephone rings, the call that is yours',
    door: 'staff',
    act: 'agent.state',
    answers: { 200: mine },
    problems: [409],
    async run(db, { now }, { staff: { agentId } }) {
      const found = agentId === undefined ? undefined : await myDesk(db, agentId, now());
      if (!found) throw refuse('not-at-desk');
      return { status: 200, body: told(found) };
    },
  },
  {
    ...used,
    method: 'POST',
    path: '/v1/staff/desk/me/talk/hold',
    summary: 'Puts the caller in your talk on hold, with music; not while they type a card',
    answers: { 202: ordered },
    problems: [409],
    run: (db, house, asked) => order(db, house, asked, { kind: 'hold' }),
  },
  {
    ...used,
    method: 'POST',
    path: '/v1/staff/desk/me/talk/resume',
    summary: 'You and the caller hear each other again',
    answers: { 202: ordered },
    problems: [409],
    run: (db, house, asked) => order(db, house, asked, { kind: 'resume' }),
  },
  {
    ...used,
    method: 'POST',
    path: '/v1/staff/desk/me/talk/transfer',
    summary:
      'Passes the caller in your talk on: to another agent, who is rung, or back to the queue, where nobody is before them',
    body: passedOn,
    answers: { 202: ordered },
    problems: [404, 409],
    run(db, house, asked) {
      const { to, note } = read('body', passedOn, asked.body);
      return order(db, house, asked, { kind: 'transfer', to, note });
    },
  },
  {
    ...used,
    method: 'PUT',
    path: '/v1/staff/desk/me/talk',
    summary: 'Says what a talk of yours was about, during it or after it; the last word counts',
    body: coded,
    answers: { 200: coded },
    problems: [409, 422],
    async run(db, { now }, { body, staff: { agentId }, audit }) {
      const said = read('body', coded, body);
      if (agentId === undefined) throw refuse('not-at-desk');
      return db.transaction().execute(async (trx) => {
        const how = await codeTalk(trx, { ...said, agentId }, now());
        if (how === 'unknown-code') throw refuse('code-unknown');
        if (how === 'no-talk') throw refuse('not-your-talk');
        await audit(trx, { resource: { kind: 'talk', id: said.entryId }, after: { code: said.code } });
        return { status: 200, body: said };
      });
    },
  },
];
