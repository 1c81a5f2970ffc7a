import type { FastifyInstance, FastifyRequest } from 'fastify';
import { familyOf } from '#accounts/identity/sessions.ts';
import { networkOf } from '#accounts/network.ts';
import type { Database } from '#db/connect.ts';
import type { SignedInFamily } from '#db/identity-accounts.ts';
import { admit, unlessGone } from '../identity/open.ts';
import { idempotencyKey } from '../identity/resources.ts';
import { tagsOf } from '../if-match.ts';
import { read } from '../problem.ts';
import { FamilyLimits } from './limits.ts';
import type { FamilyHouse, FamilyRoute } from './route.ts';
import { familyRoutes } from './routes.ts';

/** Opens what web and app do with accounts: the door, the limit of whoever came in, then what is asked. */
export function openFamily(server: FastifyInstance, db: Database, house: FamilyHouse): void {
  const families = new WeakMap<FastifyRequest, SignedInFamily>();
  const limits = new FamilyLimits();
  const { identity } = house;
  const open = (server: FastifyInstance, route: FamilyRoute) => {
    const { method, path, limit, door, idempotent } = route;
    server.route({
      method,
      url: path,
      onRequest: async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const family = door === 'family' ? await admit(request, (token) => familyOf(db, identity, token)) : undefined;
        if (family) families.set(request, family);
        const who = family ? `family ${family.session.identityId}` : `network ${networkOf(request.ip) ?? request.ip}`;
        reply.headers(await limits.keep(db, identity, limit, who));
      },
      handler: async (request, reply) => {
        const { params, query, body, headers } = request;
        const key = idempotent && headers['idempotency-key'];
        const { session, accounts = [] } = families.get(request) ?? {};
        const told = await unlessGone(() =>
          route.run(db, house, {
            ...{ params, query, body, session, accounts, ifMatch: tagsOf(headers['if-match']) },
            accept: headers.accept,
            contentType: headers['content-type'],
            idempotencyKey: key ? read('header', idempotencyKey, key) : undefined,
          }),
        );
        const { status, etag, headers: more = {} } = told;
        if (etag !== undefined) reply.header('etag', `"${etag}"`);
        return reply.code(status).headers(more).send(told.body);
      },
    });
  };
  for (const route of familyRoutes) {
    const { takes } = route;
    if (takes === undefined) open(server, route);
    else
      void server.register(async (scope) => {
        takeBytes(scope, takes);
        open(scope, route);
      });
  }
}

/** Bytes as they come, no more than so many: what says that it is longer is refused before it is read, what says nothing as soon as it is. */
function takeBytes(scope: FastifyInstance, { types, mostBytes, refusalOf }: NonNullable<FamilyRoute['takes']>): void {
  scope.removeAllContentTypeParsers();
  const options = { parseAs: 'buffer', bodyLimit: mostBytes } as const;
  scope.addContentTypeParser([...types], options, (_request, body, done) => done(null, body));
  scope.addContentTypeParser('*', ({ headers }, _body, done) => done(refusalOf(headers['content-type'] ?? '')));
}
