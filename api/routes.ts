import { z } from 'zod';
import type { Act } from '#accounts/access/acts.ts';
import { unblock } from '#accounts/blocks.ts';
import { blockHistory, placeBlock, type Actor, type BlockScope } from '#db/blocks.ts';
import { callReport, recentCalls } from '#db/calls.ts';
import type { Database } from '#db/connect.ts';
import { findFacility } from '#db/facilities.ts';
import { Problem, read } from './problem.ts';
import * as resources from './resources.ts';

export interface Asked {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Of a route that takes one. */
  readonly idempotencyKey?: string | undefined;
}

/** Who may ask: whoever shows the service's token, a family that is signed in, staff who are, or anybody. */
export type Door = 'service' | 'family' | 'staff' | 'open';

/** One row of the API: what is asked, how it is answered, and what of it is documented. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** The service's without. */
  readonly door?: Door;
  /** What a service's key must have been given; without, no key does: the installation's own token alone. */
  readonly act?: Act;
  /** It takes bytes of one of these media types instead of JSON. */
  readonly takes?: {
    readonly types: readonly string[];
    readonly mostBytes: number;
    /** What to say to whoever sends something else. */
    readonly refusalOf: (type: string) => Problem;
  };
  /** It takes an Idempotency-Key: the same again does nothing twice. */
  readonly idempotent?: true;
  /** What it shows has a version, in its ETag; what changes that comes with it, in If-Match (RFC 9110 §13.1.1). */
  readonly versioned?: true;
  /** Of good answers that are no JSON, their media type, or those that there are to choose from. */
  readonly media?: string | readonly string[];
  /** Good answers by status, and the problems beside 400, 401 (unless it is open) and 503. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  readonly problems: readonly number[];
  run(db: Database, asked: Asked): Promise<{ status: number; body: unknown }>;
}

const ok = (body: unknown) => ({ status: 200, body });
const scopeOf = (facilityId: string | undefined): BlockScope => (facilityId === undefined ? 'all' : { facilityId });
const agent = (id: string): Actor => ({ kind: 'agent', id });
const calls = z.strictObject({ calls: z.array(resources.call) });
const blocks = z.strictObject({ blocks: z.array(resources.block) });
const placed = z.strictObject({ result: z.enum(['placed', 'already-blocked']) });
const lifted = z.strictObject({ result: z.literal('lifted') });

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/calls',
    act: 'call.read',
    summary: 'The newest calls first, attempts included',
    query: resources.callsQuery,
    answers: { 200: calls },
    problems: [],
    async run(db, asked) {
      const { limit, facilityId, number } = read('query', resources.callsQuery, asked.query);
      const filter = {
        limit,
        ...(facilityId !== undefined && { facilityId }),
        ...(number !== undefined && { number }),
      };
      return ok({ calls: await recentCalls(db, filter) });
    },
  },
  {
    method: 'GET',
    path: '/v1/calls/:id',
    act: 'call.read',
    summary: 'One call: its record, its journal, its recording',
    params: resources.callPath,
    answers: { 200: resources.callReport },
    problems: [404],
    async run(db, asked) {
      const { id } = read('path', resources.callPath, asked.params);
      const report = await callReport(db, id);
      if (!report) throw new Problem(404, `There is no call ${id}.`);
      return ok(report);
    },
  },
  {
    method: 'GET',
    path: '/v1/blocks',
    act: 'number.read',
    summary: 'Every block a number ever had, the newest first',
    query: resources.numberQuery,
    answers: { 200: blocks },
    problems: [],
    async run(db, asked) {
      const { number } = read('query', resources.numberQuery, asked.query);
      return ok({ blocks: await blockHistory(db, number) });
    },
  },
  {
    method: 'POST',
    path: '/v1/blocks',
    act: 'block.place',
    summary: 'Blocks calls to a number, from one facility or from all',
    body: resources.blockWanted,
    answers: { 200: placed, 201: placed },
    problems: [404],
    async run(db, asked) {
      const { number, facilityId, agent: id, reason } = read('body', resources.blockWanted, asked.body);
      if (facilityId !== undefined && !(await findFacility(db, facilityId)))
        throw new Problem(404, `There is no facility ${facilityId}.`);
      const result = await placeBlock(db, { number, scope: scopeOf(facilityId), by: agent(id), reason });
      return { status: result === 'placed' ? 201 : 200, body: { result } };
    },
  },
  {
    method: 'DELETE',
    path: '/v1/blocks',
    act: 'block.lift',
    summary: 'Lifts an active block, as an agent who has verified who asks',
    query: resources.blockWanted,
    answers: { 200: lifted },
    problems: [403, 404],
    async run(db, asked) {
      const { number, facilityId, agent: id, reason } = read('query', resources.blockWanted, asked.query);
      const { kind } = await unblock(db, { number, scope: scopeOf(facilityId), by: agent(id), reason });
      if (kind === 'not-blocked') throw new Problem(404, 'There is no such block.');
      if (kind === 'not-allowed') throw new Problem(403, 'This block is not for an agent to lift.');
      return ok({ result: kind });
    },
  },
];
