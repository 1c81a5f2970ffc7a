import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Act } from '#accounts/access/acts.ts';
import { isEndToBeTold, keyMay, serviceKeyOf } from '#accounts/access/service-keys.ts';
import type { Database } from '#db/connect.ts';
import { Problem, problemType } from './problem.ts';

export interface Tokens {
  /** The installation's own: for its operator's tools and its own programs on its own network; what others run is given a service key. */
  readonly token: string;
  /** The one that it replaces, good as well until it is taken away. */
  readonly tokenBefore?: string;
}

/**
 * Who may come in by the service's door: whoever shows the installation's own token as a bearer (RFC 6750) for everything, and whoever shows a service
 * key for the acts that it was given, until its end. What needs no act is the token's alone.
 */
export function serviceDoor(db: Database, { token, tokenBefore }: Tokens, now: () => Date) {
  const wanted = digest(token);
  const before = tokenBefore === undefined ? undefined : digest(tokenBefore);
  const isDue = onceADay(now);
  return (act: Act | undefined) =>
    async (request: FastifyRequest): Promise<void> => {
      const [, shown] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
      if (shown === undefined) throw unknown();
      // Both are compared, whatever the first says.
      const asked = digest(shown);
      const [isToken, isBefore] = [
        timingSafeEqual(asked, wanted),
        before !== undefined && timingSafeEqual(asked, before),
      ];
      if (isBefore && !isToken && isDue())
        request.log.warn(
          { ip: request.ip },
          'API_TOKEN_BEFORE was shown: give whoever shows it the new token before you take the old one away',
        );
      if (isToken || isBefore) return;
      const found = await serviceKeyOf(db, shown, now());
      if (!found) throw unknown();
      const { kind, key } = found;
      if (kind === 'ended') throw ended(key.endsAt);
      if (await isEndToBeTold(db, key, now()))
        request.log.warn(
          { key: key.id, name: key.name, endsAt: key.endsAt },
          'a service key ends soon: make another of its name, give it to whoever uses this one, then take this one back',
        );
      if (!keyMay(key, act)) throw notGiven(act);
    };
}

const unknown = (): Problem =>
  new Problem(401, 'A bearer token is needed.', { 'www-authenticate': 'Bearer realm="homeline"' });

/** Told to whoever has the key alone: nobody else finds one. RFC 6750 §3.1 */
const ended = (endsAt: Date): Problem =>
  new Problem(
    401,
    `This key ended on ${endsAt.toISOString().slice(0, 10)}. Ask whoever runs the installation for another one (npm run service-keys).`,
    { 'www-authenticate': 'Bearer realm="homeline", error="invalid_token", error_description="The key has ended"' },
    { type: problemType('key-ended') },
  );

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

const DAY_MS = 86_400_000;

/** Whether a day has passed since it last said so. */
function onceADay(now: () => Date): () => boolean {
  let last: number | undefined;
  return () => {
    const at = now().getTime();
    if (last !== undefined && at - last < DAY_MS) return false;
    last = at;
    return true;
  };
}
