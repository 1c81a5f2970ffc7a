import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Act } from '#accounts/access/acts.ts';
import { keyMay, serviceKeyOf } from '#accounts/access/service-keys.ts';
import type { Database } from '#db/connect.ts';
import { Problem, problemType } from './problem.ts';

/**
 * Who may come in by the service's door: whoever shows the installation's own token as a bearer (RFC 6750) for everything, and whoever shows a service
 * key for the acts that it was given. What needs no act is the token's alone.
 */
export function serviceDoor(db: Database, token: string) {
  const wanted = digest(token);
  return (act: Act | undefined) =>
    async ({ headers }: FastifyRequest): Promise<void> => {
      const [, shown] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
      if (shown !== undefined && timingSafeEqual(digest(shown), wanted)) return;
      const key = shown === undefined ? undefined : await serviceKeyOf(db, shown);
      if (!key) throw new Problem(401, 'A bearer token is needed.', { 'www-authenticate': 'Bearer realm="homeline"' });
      if (!keyMay(key, act)) throw notGiven(act);
    };
}

const notGiven = (act: Act | undefined): Problem =>
  act === undefined
    ? new Problem(403, 'No service key may do this; the installation’s own token may.', {}, { type: notAllowed })
    : new Problem(
        403,
        `This key may not do this: ${act}. Have one made that may.`,
        {},
        { type: notAllowed, faults: [act] },
      );
const notAllowed = problemType('not-allowed');

/** Of one length whatever the token's is, so that comparing takes the same time for all. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
