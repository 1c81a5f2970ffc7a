import { z } from 'zod';
import type { ChequeActResult } from '#accounts/refunds/cheque-act.ts';
import { addressOf, claimForPrinting, markCashed, markMailed, markReturned } from '#accounts/refunds/cheques.ts';
import { chequeBatchCsv } from '#accounts/refunds/cheque-export.ts';
import type { HolderDeps } from '#accounts/refunds/ports.ts';
import { decideQuestion, type QuestionResult } from '#accounts/refunds/question-cheques.ts';
import { setStaleAside, type StaleResult } from '#accounts/refunds/stale-cheques.ts';
import { accountNumbersOf } from '#db/account-look-up.ts';
import { findCheque, lockCheque, type Cheque } from '#db/cheques.ts';
import type { Database } from '#db/connect.ts';
import { lastChequeAct } from '#db/staff-views/last-acts.ts';
import { listedCheques } from '#db/staff-views/refunds.ts';
import { read } from '../../problem.ts';
import type { StaffRoute } from '../route.ts';
import { cursor, idOf, limit, next, pageOf } from './paging.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { told } from './told.ts';
import { etagOf, hasSeen, versionOf } from './version.ts';

const states = ['needs-address', 'queued', 'printing', 'mailed', 'cashed', 'stale', 'stopped'] as const;
const line = resources.text(0, 100).trim().min(1);
const payee = z.strictObject({
  payee: line,
  address: z.strictObject({
    lines: z.array(line).min(1).max(2),
    city: line,
    state: line,
    postalCode: resources.text(0, 20).trim().min(1),
    country: z.string().regex(/^[A-Z]{2}$/, 'is no country of ISO 3166-1'),
  }),
});
const cheque = z
  .strictObject({
    id: resources.counted,
    accountId: resources.id.optional().describe('Absent: it goes to the sender of money that belongs to no account'),
    accountNumber: resources.accountNumber.optional(),
    version: resources.version,
    cause: z.enum(['closing', 'agent', 'claimed', 'card-declined', 'to-sender']),
    cents: resources.cents,
    state: z.enum(states),
    to: payee.optional(),
    due: z.strictObject({ from: z.string(), until: z.string() }).describe('ISO days, both included'),
    attempt: z.int().describe('Grows each time it is printed anew'),
    batchId: z.uuid().optional(),
    inQuestion: z
      .boolean()
      .describe('The bank took back what it gives back: neither printed nor mailed until somebody decides'),
    number: z.string().optional(),
    madeAt: resources.at,
  })
  .meta({ id: 'StaffCheque' });
const chequeNow = z
  .strictObject({
    cheque,
    last: z
      .strictObject({
        what: z.enum([
          ...(['queued', 'needs-address', 'addressed', 'claimed', 'mailed', 'cashed', 'returned', 'stale'] as const),
          ...(['questioned', 'gone-on', 'stopped'] as const),
        ]),
        at: resources.at,
        by: z.string().optional().describe('Absent: nobody who works here, it came so'),
      })
      .describe('What was done last'),
  })
  .meta({ id: 'StaffChequeNow' });
const query = z.strictObject({
  state: z.enum(['needs-address', 'queued', 'printing', 'mailed', 'stale', 'stopped', 'in-question']).default('queued'),
  cursor,
  limit,
});
const claim = z.strictObject({
  batchId: z.uuid().meta({ description: 'Made by who asks: the same again gives the same cheques' }),
  limit: z.int().min(1).max(500),
});
const claimed = z.strictObject({
  cheques: z.array(cheque),
  csv: z.string().describe('For the printer, RFC 4180'),
});
const number = z.string().regex(/^[0-9]{1,20}$/, 'is no number of a cheque');
const addressing = z.strictObject({ to: payee });

interface Act<S extends z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly body: S;
  work(
    this: void,
    trx: Database,
    deps: HolderDeps,
    act: { readonly chequeId: string; readonly agentId: string },
    wanted: z.output<S>,
  ): Promise<ChequeActResult | QuestionResult | StaleResult>;
}

/** What is done with one cheque, one after the other, and written down in the same transaction. */
function act<S extends z.ZodObject>({ name, summary, body: schema, work }: Act<S>): StaffRoute {
  return {
    method: 'POST',
    path: `/v1/staff/cheques/:id/${name}`,
    summary,
    door: 'staff',
    act: 'cheque.handle',
    params: resources.countedPath,
    body: schema,
    versioned: true,
    answers: { 200: cheque },
    problems: [404, 409, 412, 422, 428],
    async run(db, { refunds: deps }, { params, body, staff, headers, audit }) {
      const { id: chequeId } = read('path', resources.countedPath, params);
      const wanted = read('body', schema, body);
      if (!deps) throw refuse('not-served-here');
      return db.transaction().execute(async (trx) => {
        const before = await lockCheque(trx, chequeId);
        if (!before) throw refuse('cheque-unknown');
        const version = versionOf(core(before));
        const seen = hasSeen(headers, version);
        const done = await work(trx, deps, { chequeId, agentId: staff.id }, wanted);
        // The same again, whose answer was lost, is done already (RFC 9110 §13.1.1).
        const same = done.kind === 'done' && versionOf(core(done.cheque)) === version;
        if (!seen && !same) throw refuse('changed-meanwhile');
        if (done.kind === 'wrong-state') throw refuse('cheque-elsewhere', [seenAs(done.cheque)]);
        if (done.kind !== 'done') throw refuse('cheque-faulty', [done.kind]);
        const { reason } = wanted as { readonly reason?: string };
        if (!same)
          await audit(trx, {
            resource: { kind: 'cheque', id: chequeId },
            ...(reason !== undefined && { reason }),
            before: { state: before.state, attempt: before.attempt },
            after: { what: name, state: done.cheque.state, attempt: done.cheque.attempt },
          });
        const [shown] = await shownCheques(trx, [done.cheque]);
        return { status: 200, body: shown, headers: etagOf(versionOf(core(done.cheque))) };
      });
    },
  };
}

export const chequeRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/cheques',
    summary: 'Refund cheques in one state, the oldest first',
    door: 'staff',
    act: 'cheque.read',
    query,
    answers: { 200: z.strictObject({ cheques: z.array(cheque), next }) },
    problems: [],
    async run(db, _house, { query: asked }) {
      const { state, cursor: shown, limit: most } = read('query', query, asked);
      const rows = await listedCheques(db, { state, after: idOf(shown), most: most + 1 });
      const { page, ...more } = pageOf(rows, most, ({ id }) => id);
      return { status: 200, body: { cheques: await shownCheques(db, page), ...more } };
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/cheques/:id',
    summary: 'A cheque as it is now, with its version in ETag, and what was done with it last',
    door: 'staff',
    act: 'cheque.read',
    params: resources.countedPath,
    versioned: true,
    answers: { 200: chequeNow },
    problems: [404],
    async run(db, _house, { params }) {
      const { id } = read('path', resources.countedPath, params);
      const [found, last] = [await findCheque(db, id), await lastChequeAct(db, id)];
      if (!found || !last) throw refuse('cheque-unknown');
      const [shown] = await shownCheques(db, [found]);
      const { kind: what, at, byName } = last;
      const body = { cheque: shown, last: { what, at: at.toISOString(), ...(byName !== null && { by: byName }) } };
      return { status: 200, body, headers: etagOf(versionOf(core(found))) };
    },
  },
  {
    method: 'POST',
    path: '/v1/staff/cheques/claim',
    summary: 'Takes the oldest queued cheques for one print run',
    door: 'staff',
    act: 'cheque.handle',
    body: claim,
    answers: { 200: claimed },
    problems: [],
    async run(db, { now }, { body, staff, audit }) {
      const batch = read('body', claim, body);
      return db.transaction().execute(async (trx) => {
        const taken = await claimForPrinting(trx, { now }, { ...batch, agentId: staff.id });
        const resource = { kind: 'cheque-batch', id: batch.batchId };
        await audit(trx, { resource, after: { cheques: taken.map(({ id }) => id) } });
        return { status: 200, body: { cheques: await shownCheques(trx, taken), csv: chequeBatchCsv(taken) } };
      });
    },
  },
  act({
    name: 'address',
    summary: 'Says where a cheque goes',
    body: addressing,
    work: (trx, deps, one, { to }) => addressOf(trx, deps, { ...one, to }),
  }),
  act({
    name: 'mailed',
    summary: 'It is printed, numbered and in the post',
    body: z.strictObject({ number }),
    work: (trx, deps, one, { number: printed }) => markMailed(trx, deps, { ...one, number: printed }),
  }),
  act({
    name: 'cashed',
    summary: 'The bank paid it',
    body: z.strictObject({}),
    work: (trx, deps, one) => markCashed(trx, deps, one),
  }),
  act({
    name: 'returned',
    summary: 'The post brought it back: it waits for an address that is right',
    body: z.strictObject({ number }),
    work: (trx, deps, one, { number: printed }) => markReturned(trx, deps, { ...one, number: printed }),
  }),
  act({
    name: 'stale',
    summary: 'The bank has stopped one that nobody cashed: its money is unclaimed',
    body: z.strictObject({ number, reason: resources.reason }),
    work: (trx, deps, one, { number: printed, reason }) =>
      setStaleAside(trx, deps, { ...one, number: printed, reason }),
  }),
  act({
    name: 'decision',
    summary: 'Decides about a cheque in question: it goes on, or is stopped and makes good what bounced',
    body: z.strictObject({ decision: z.enum(['go-on', 'stop']), reason: resources.reason }),
    work: (trx, deps, one, { decision, reason }) => decideQuestion(trx, deps, { ...one, decision, reason }),
  }),
];

const seenAs = ({ state, attempt }: Cheque): string => `${state} ${attempt}`;

const core = ({ postingId: _, ...rest }: Cheque) => told(rest);

async function shownCheques(db: Database, all: readonly Cheque[]) {
  const numbers = await accountNumbersOf(
    db,
    all.flatMap(({ accountId }) => accountId ?? []),
  );
  return all.map((one) => {
    const shown = core(one);
    const number = one.accountId === undefined ? undefined : numbers.get(one.accountId);
    return { ...shown, ...(number !== undefined && { accountNumber: number }), version: versionOf(shown) };
  });
}
