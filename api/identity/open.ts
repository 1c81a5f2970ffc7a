import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IdentityDeps } from '#accounts/identity/ports.ts';
import { sessionOf } from '#accounts/identity/sessions.ts';
import type { Database } from '#db/connect.ts';
import type { Session } from '#db/sessions.ts';
import { isIdentityGone } from '#db/unavailable.ts';
import { read } from '../problem.ts';
import { keepLimit } from './limits.ts';
import { refuse } from './refusals.ts';
import { idempotencyKey } from './resources.ts';
import { identityRoutes } from './routes.ts';

/** Whose the request's access token is, as `whose` finds it; throws 401 for nobody's. */
export async function admit<T>(
  { headers }: FastifyRequest,
  whose: (accessToken: string) => Promise<T | undefined>,
): Promise<T> {
  const [, shown] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const found = shown === undefined ? undefined : await whose(shown);
  if (!found) throw refuse('session-needed');
  return found;
}

/** Does what is asked; 401 where whoever asks was removed meanwhile, of which the database keeps nothing. */
export async function unlessGone<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isIdentityGone(error) ? refuse('session-needed') : error;
  }
}

/** Opens identity's routes: the limit first, then the door, then what is asked. What they answer is nobody else's to keep. */
export function openIdentity(server: FastifyInstance, db: Database, deps: IdentityDeps): void {
  const sessions = new WeakMap<FastifyRequest, Session>();
  for (const route of identityRoutes) {
    const { method, path, limit, door, idempotent } = route;
    server.route({
      method,
      url: path,
      onRequest: async (request, reply) => {
        reply.header('cache-control', 'no-store');
        if (limit) reply.headers(await keepLimit(db, deps, limit, request.ip));
        if (door === 'family') sessions.set(request, await admit(request, (token) => sessionOf(db, deps, token)));
      },
      handler: async (request, reply) => {
        const { params, query, body, headers } = request;
        const key = idempotent && headers['idempotency-key'];
        const asked = {
          ...{ params, query, body, session: sessions.get(request) },
          idempotencyKey: key ? read('header', idempotencyKey, key) : undefined,
        };
        const answer = await unlessGone(() => route.run(db, deps, asked));
        if (typeof route.media === 'string') reply.type(route.media);
        return reply.code(answer.status).send(answer.body);
      },
    });
  }
}
