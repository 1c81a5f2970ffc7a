import { signInStaff } from '#accounts/staff/sign-in.ts';
import { endAll } from '#accounts/staff/sessions.ts';
import type { Database } from '#db/connect.ts';
import type { Limit } from '../identity/limits.ts';
import type { Documented } from '../openapi.ts';
import { read } from '../problem.ts';
import { cookieOf, noCookie } from './cookie.ts';
import { toldOfMe } from './me.ts';
import { refuseStaff } from './refusals.ts';
import * as resources from './resources.ts';
import type { StaffAnswer, StaffHouse, StaffRoute } from './route.ts';

/** Agents of one house share an address, and each signs in several times a day. */
const SIGN_IN: Limit = { act: 'staff-sign-in', most: 300, minutes: 60 };

/** The one that is open: who signs in is not signed in yet. */
export interface SignInRoute extends Documented {
  readonly door: 'open';
  readonly limit: Limit;
  run(
    db: Database,
    deps: StaffHouse,
    asked: { readonly body: unknown; readonly secure: boolean; readonly device?: string | undefined },
  ): Promise<StaffAnswer>;
}

export const signInRoute: SignInRoute = {
  method: 'POST',
  path: '/v1/staff/sessions',
  summary: 'Signs staff in: sets the cookie, and ends the session that they have elsewhere',
  door: 'open',
  limit: SIGN_IN,
  body: resources.signIn,
  answers: { 201: resources.me },
  problems: [401, 403, 429],
  async run(db, deps, { body, secure, device }) {
    const answer = await signInStaff(db, deps, { ...read('body', resources.signIn, body), device });
    if (answer.kind === 'wrong') throw refuseStaff('staff-credentials-wrong');
    if (answer.kind === 'code-needed') throw refuseStaff('staff-code-needed');
    if (answer.kind === 'expired') throw refuseStaff('staff-password-expired');
    if (answer.kind === 'locked') throw refuseStaff('staff-sign-in-locked', { until: answer.until, now: deps.now() });
    const me = await toldOfMe(db, answer.member);
    return { status: 201, body: me, headers: { 'set-cookie': cookieOf(answer.token, secure) } };
  },
};

export const sessionRoutes: readonly StaffRoute[] = [
  {
    method: 'DELETE',
    path: '/v1/staff/sessions/current',
    summary: 'Signs out',
    door: 'staff',
    act: 'self.manage',
    answers: { 200: resources.ended },
    problems: [],
    async run(db, { now }, { staff: { id: staffId, sessionId }, secure }) {
      const by = { kind: 'staff', staffId, sessionId } as const;
      await db.transaction().execute((trx) => endAll(trx, by, { staffId, id: sessionId }, 'signed-out', now()));
      return { status: 200, body: { result: 'ended' }, headers: { 'set-cookie': noCookie(secure) } };
    },
  },
];
