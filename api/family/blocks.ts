import { blockOwn, liftOwn, ownBlocks } from '#accounts/household/blocks.ts';
import { z } from 'zod';
import { badCursor } from '../cursor.ts';
import { signedIn } from '../identity/sessions.ts';
import { read } from '../problem.ts';
import { e164 } from '../resources.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import { account, accountQuery, mine, ok, result, type FamilyRoute } from './route.ts';

const at = '/v1/account/blocks';
const listQuery = z.strictObject({ account, number: e164, limit: resources.limit(50, 200), cursor: resources.cursor });

/** Blocks of one's own numbers: all facilities or one, at once (guide rows 15, 18-21). */
export const blockRoutes: readonly FamilyRoute[] = [
  {
    method: 'GET',
    path: at,
    summary: 'The active blocks of an authorised number, the newest first, and which of them one may lift',
    door: 'family',
    limit: 'look',
    query: listQuery,
    answers: { 200: resources.ownBlocks },
    problems: [403, 404, 409, 429],
    async run(db, house, asked) {
      const { number, limit, cursor } = read('query', listQuery, asked.query);
      const { id: accountId } = mine(asked, { open: true });
      const holder = { accountId, identityId: signedIn(asked).identityId, at: house.identity.now() };
      const list = await ownBlocks(db, { ...holder, number, limit, ...(cursor !== undefined && { cursor }) });
      if (list.kind === 'refused') throw list.reason === 'bad-cursor' ? badCursor() : refuse('number-not-yours');
      const blocks = list.blocks.map(({ id, placedAt, site, whyNot }) => ({
        ...{ id, placedAt, liftable: whyNot === undefined, whyNot },
        scope: site === 'all' ? site : { facilityId: site.facilityId, facilityName: site.name },
      }));
      return ok({ number, blocks, next: list.next });
    },
  },
  {
    method: 'POST',
    path: at,
    summary: 'Blocks calls to an authorised number, from one facility or from all, from this moment on',
    door: 'family',
    limit: 'change',
    query: accountQuery,
    body: resources.blocking,
    answers: { 200: resources.blockPlaced, 201: resources.blockPlaced },
    problems: [403, 404, 409, 429],
    async run(db, house, asked) {
      const { number, facilityId } = read('body', resources.blocking, asked.body);
      const { id: accountId } = mine(asked, { open: true });
      const scope = facilityId === undefined ? 'all' : { facilityId };
      const done = await blockOwn(db, { accountId, number, scope, at: house.identity.now() });
      if (done === 'account-closed' || done === 'facility-unknown') throw refuse(done);
      if (done === 'not-your-number') throw refuse('number-not-yours');
      return result(done, done === 'placed' ? 201 : 200);
    },
  },
  {
    method: 'DELETE',
    path: `${at}/:id`,
    summary: 'Lifts a block of one of one’s numbers',
    door: 'family',
    limit: 'change',
    params: resources.blockPath,
    query: accountQuery,
    answers: { 200: resources.result('lifted') },
    problems: [403, 404, 409, 429],
    async run(db, house, asked) {
      const { id: blockId } = read('path', resources.blockPath, asked.params);
      const { id: accountId } = mine(asked, { open: true });
      const { identityId } = signedIn(asked);
      const done = await liftOwn(db, { accountId, identityId, blockId, at: house.identity.now() });
      if (done === 'lifted') return result(done);
      if (done === 'not-blocked') throw refuse('block-unknown');
      if (done === 'account-closed') throw refuse(done);
      throw done === 'agent-only' ? refuse('block-agent-only', { faults: [done] }) : refuse(done);
    },
  },
];
