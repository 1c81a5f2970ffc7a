import { isProven, proveAnew } from '#accounts/identity/prove.ts';
import { refresh, revoke, signOut, type Tokens } from '#accounts/identity/sessions.ts';
import { signIn } from '#accounts/identity/sign-in.ts';
import { openSessions, type Session } from '#db/sessions.ts';
import { z } from 'zod';
import { read } from '../problem.ts';
import { LIMITS } from './limits.ts';
import { refuse } from './refusals.ts';
import * as resources from './resources.ts';
import type { FamilyAsked, IdentityRoute } from './routes.ts';

/** Who is signed in; the door has seen to it. */
export function signedIn({ session }: FamilyAsked): Session {
  if (!session) throw refuse('session-needed');
  return session;
}

/** The same, who has given the password anew at `at` or shortly before. Throws 403 for who has not. */
export function provenIn(asked: FamilyAsked, at: Date): Session {
  const session = signedIn(asked);
  if (!isProven(session, at)) throw refuse('proof-needed');
  return session;
}

const tokensIn = ({ accessToken, accessExpiresAt, refreshToken, refreshExpiresAt }: Tokens) => ({
  ...{ accessToken, accessExpiresAt, refreshToken, refreshExpiresAt },
});
const at = '/v1/identity/sessions';
const ended = { status: 200, body: { result: 'ended' } };

export const sessionRoutes: readonly IdentityRoute[] = [
  {
    method: 'POST',
    path: at,
    summary: 'Signs in',
    door: 'open',
    limit: LIMITS['sign-in'],
    body: resources.signIn,
    answers: { 201: resources.tokens },
    problems: [401, 429],
    async run(db, deps, { body }) {
      const answer = await signIn(db, deps, read('body', resources.signIn, body));
      if (answer.kind === 'wrong') throw refuse('credentials-wrong');
      if (answer.kind === 'locked') throw refuse('sign-in-locked', { until: answer.until, now: deps.now() });
      return { status: 201, body: tokensIn(answer) };
    },
  },
  {
    method: 'POST',
    path: '/v1/identity/tokens',
    summary: 'A new pair of tokens for a refresh token, which is good once',
    door: 'open',
    limit: LIMITS.refresh,
    body: resources.refreshing,
    answers: { 200: resources.tokens },
    problems: [401, 429],
    async run(db, deps, { body }) {
      const { refreshToken } = read('body', resources.refreshing, body);
      const answer = await refresh(db, deps, refreshToken);
      if (answer.kind === 'refused') throw refuse('refresh-refused');
      return { status: 200, body: tokensIn(answer) };
    },
  },
  {
    method: 'GET',
    path: at,
    summary: 'Where one is signed in, the latest used first',
    door: 'family',
    answers: { 200: z.strictObject({ sessions: z.array(resources.session) }) },
    problems: [],
    async run(db, deps, asked) {
      const mine = signedIn(asked);
      const sessions = (await openSessions(db, mine.identityId, deps.now())).map((session) => {
        const { id, device, startedAt, usedAt, expiresAt } = session;
        const current = id === mine.id;
        return { id, ...(device !== null && { device }), startedAt, usedAt, expiresAt, current };
      });
      return { status: 200, body: { sessions } };
    },
  },
  {
    method: 'POST',
    path: `${at}/current/proof`,
    summary: 'Gives the password anew, for what sends money or who one is elsewhere: it counts for ten minutes, in this session alone', // prettier-ignore
    door: 'family',
    // It is as much work as signing in, and a guess as that is.
    limit: LIMITS['sign-in'],
    body: resources.proofAnew,
    answers: { 200: resources.provenAnew },
    problems: [403, 429],
    async run(db, deps, asked) {
      const { password } = read('body', resources.proofAnew, asked.body);
      const answer = await proveAnew(db, deps, { session: signedIn(asked), password });
      switch (answer.kind) {
        case 'proven':
          return { status: 200, body: { result: 'proven', until: answer.until } };
        case 'wrong':
          throw refuse('password-wrong');
        case 'locked':
          throw refuse('sign-in-locked', { until: answer.until, now: deps.now() });
        case 'over':
          throw refuse('session-needed');
      }
    },
  },
  {
    method: 'DELETE',
    path: `${at}/current`,
    summary: 'Signs out',
    door: 'family',
    answers: { 200: resources.result('ended') },
    problems: [],
    async run(db, deps, asked) {
      await signOut(db, deps, signedIn(asked));
      return ended;
    },
  },
  {
    method: 'DELETE',
    path: `${at}/:id`,
    summary: 'Ends one of one’s sessions',
    door: 'family',
    params: resources.idPath,
    answers: { 200: resources.result('ended') },
    problems: [404],
    async run(db, deps, asked) {
      const { id } = read('path', resources.idPath, asked.params);
      if ((await revoke(db, deps, { identityId: signedIn(asked).identityId, id })) === 0)
        throw refuse('session-unknown');
      return ended;
    },
  },
  {
    method: 'DELETE',
    path: at,
    summary: 'Ends every one of one’s sessions, this one included',
    door: 'family',
    answers: { 200: resources.result('ended') },
    problems: [],
    async run(db, deps, asked) {
      await revoke(db, deps, { identityId: signedIn(asked).identityId });
      return ended;
    },
  },
];
