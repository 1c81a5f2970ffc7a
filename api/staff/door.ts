import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Act } from '#accounts/access/acts.ts';
import { may } from '#accounts/access/table.ts';
import { codeDue } from '#accounts/staff/own.ts';
import { staffSessionOf, type SignedInStaff } from '#accounts/staff/sessions.ts';
import type { Database } from '#db/connect.ts';
import { audit } from '#db/staff/audit.ts';
import type { StaffMember } from '#db/staff/members.ts';
import { idempotencyKey } from '../identity/resources.ts';
import { keepLimit } from '../identity/limits.ts';
import { read } from '../problem.ts';
import { tokenIn } from './cookie.ts';
import { isOurs } from './origin.ts';
import { notAllowed, refuseStaff } from './refusals.ts';
import type { StaffAsked, StaffHouse, StaffRoute } from './route.ts';
import { staffRoutes } from './routes.ts';
import { signInRoute } from './sessions.ts';
import { watchStream } from './watch.ts';

/** What a page asks by itself, which is no use of a session by its holder, comes with this header. */
const BACKGROUND = 'homeline-background';

/**
 * Opens the routes of staff: where the request comes from first, then whose session it is, then whether their role may do it, then whether they have a
 * password that nobody else knows, and the second factor that their role needs. What is answered is nobody else's to keep.
 */
export function openStaff(
  server: FastifyInstance,
  db: Database,
  house: StaffHouse,
  routes: readonly StaffRoute[] = staffRoutes,
): void {
  const sessions = new WeakMap<FastifyRequest, ComeIn>();
  const fromOurs = (request: FastifyRequest): void => {
    if (!isOurs(request.method, request.headers, request.host)) throw refuseStaff('cross-site');
  };
  const watch = (gone: AbortController, token: string, act: Act): void => {
    const isOpen = async () => {
      const state = await staffSessionOf(db, house, token, false);
      return state.kind === 'open' && refusalOf(state.member, act) === undefined;
    };
    watchStream(gone, isOpen, house.streamCheckMs);
  };
  server.route({
    method: signInRoute.method,
    url: signInRoute.path,
    onRequest: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      fromOurs(request);
      reply.headers(await keepLimit(db, house, signInRoute.limit, request.ip));
    },
    handler: async ({ body, protocol, headers: sent }, reply) => {
      const {
        status,
        body: told,
        headers = {},
      } = await signInRoute.run(db, house, {
        ...{ body, secure: protocol === 'https', device: sent['user-agent'] },
      });
      return reply.code(status).headers(headers).send(told);
    },
  });
  for (const route of routes) {
    const { method, path, act, idempotent } = route;
    server.route({
      method,
      url: path,
      onRequest: async (request, reply) => {
        reply.header('cache-control', 'no-store');
        fromOurs(request);
        const signedIn = await comingIn(db, house, request);
        sessions.set(request, signedIn);
        const refusal = refusalOf(signedIn.member, act);
        if (refusal) throw refusal;
      },
      handler: async (request, reply) => {
        const signedIn = sessions.get(request);
        if (!signedIn) throw refuseStaff('staff-session-needed');
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        const key = idempotent && request.headers['idempotency-key'];
        const answer = await route.run(db, house, {
          ...askedBy(signedIn, route, house),
          ...{ params: request.params, query: request.query, body: request.body, headers: request.headers },
          ...{ gone: gone.signal, secure: request.protocol === 'https' },
          idempotencyKey: key ? read('header', idempotencyKey, key) : undefined,
        });
        const { status, body, headers = {} } = answer;
        if (body instanceof Readable) {
          gone.signal.addEventListener('abort', () => body.destroy(), { once: true });
          if (headers['content-type']?.startsWith('text/event-stream')) watch(gone, signedIn.token, act);
        }
        return reply.code(status).headers(headers).send(body);
      },
    });
  }
}

/** Why somebody who is signed in may not do this as they stand now. */
function refusalOf(member: StaffMember, act: Act): Error | undefined {
  if (!may(member.role, act)) return notAllowed(member.role, act);
  // What is one's own alone: another password is set there, and a code set up.
  if (act === 'self.manage') return undefined;
  if (member.passwordDue) return refuseStaff('password-due');
  return codeDue(member) ? refuseStaff('code-due') : undefined;
}

/** Who has come in, and by which token. */
interface ComeIn extends SignedInStaff {
  readonly token: string;
}

/** Whose session a request is of; throws where there is none that is open. */
async function comingIn(db: Database, house: StaffHouse, request: FastifyRequest): Promise<ComeIn> {
  const token = tokenIn(request.headers.cookie, request.protocol === 'https');
  if (token === undefined) throw refuseStaff('staff-session-needed');
  const { accept } = request.headers;
  const byItself = request.headers[BACKGROUND] === '1' || accept?.includes('text/event-stream') === true;
  const state = await staffSessionOf(db, house, token, !byItself);
  if (state.kind === 'open') return { token, member: state.member, session: state.session };
  throw refuseStaff('staff-session-needed', state.as === undefined ? {} : { faults: [state.as] });
}

function askedBy(
  { member, session }: SignedInStaff,
  { act }: StaffRoute,
  { now }: StaffHouse,
): Pick<StaffAsked, 'staff' | 'audit'> {
  const by = { kind: 'staff', staffId: member.id, sessionId: session.id } as const;
  const { id, role, agentId, facilityIds } = member;
  return {
    staff: { id, role, agentId: agentId ?? undefined, facilityIds, sessionId: session.id },
    audit: (trx, entry) => audit(trx, by, { act, ...entry }, now()),
  };
}
