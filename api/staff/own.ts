import {
  beginCode,
  confirmCode,
  removeCode,
  renewRecoveryCodes,
  setOwnPassword,
  type Own,
} from '#accounts/staff/own.ts';
import type { NotProven } from '#accounts/staff/prove.ts';
import { base32, totpUri } from '#accounts/staff/totp.ts';
import { read } from '../problem.ts';
import { refuseStaff } from './refusals.ts';
import * as resources from './resources.ts';
import type { Staff, StaffHouse, StaffRoute } from './route.ts';

const own = ({ id: staffId, sessionId }: Staff): Own => ({ kind: 'staff', staffId, sessionId });

/** The problem of whoever did not prove to be who is signed in; a wrong password ends no session. */
function notProven(answer: NotProven, { now }: StaffHouse): Error {
  if (answer.kind === 'locked') return refuseStaff('staff-sign-in-locked', { until: answer.until, now: now() });
  if (answer.kind === 'expired') return refuseStaff('staff-password-expired');
  return answer.kind === 'code-needed' ? refuseStaff('code-needed') : refuseStaff('password-wrong');
}

const mine = { door: 'staff', act: 'self.manage' } as const;

/** What somebody who works here changes of themselves. */
export const ownRoutes: readonly StaffRoute[] = [
  {
    ...mine,
    method: 'POST',
    path: '/v1/staff/me/code',
    summary:
      'Makes a key for an app of one-time codes (RFC 6238); it counts when a code of it has been shown, and the one before no more',
    body: resources.proof,
    answers: { 201: resources.codeBegun },
    problems: [422, 429],
    async run(db, deps, { staff, body }) {
      const answer = await beginCode(db, deps, own(staff), read('body', resources.proof, body));
      if (answer.kind !== 'begun') throw notProven(answer, deps);
      const { key, username } = answer;
      return { status: 201, body: { secret: base32(key), uri: totpUri(key, username) } };
    },
  },
  {
    ...mine,
    method: 'PUT',
    path: '/v1/staff/me/code',
    summary: 'Shows a code of the new key: one is asked at every sign-in from now on. The recovery codes are told once',
    body: resources.codeShown,
    answers: { 200: resources.codeConfirmed },
    problems: [409, 422],
    async run(db, deps, { staff, body }) {
      const { code } = read('body', resources.codeShown, body);
      const answer = await confirmCode(db, deps, own(staff), code);
      if (answer.kind === 'not-begun') throw refuseStaff('code-not-begun');
      if (answer.kind === 'wrong') throw refuseStaff('code-wrong');
      return { status: 200, body: { result: answer.kind, recoveryCodes: answer.recoveryCodes } };
    },
  },
  {
    ...mine,
    method: 'POST',
    path: '/v1/staff/me/recovery-codes',
    summary: 'Makes other recovery codes, told once: those of before are good no more',
    body: resources.proof,
    answers: { 201: resources.codesRenewed },
    problems: [409, 422, 429],
    async run(db, deps, { staff, body }) {
      const answer = await renewRecoveryCodes(db, deps, own(staff), read('body', resources.proof, body));
      if (answer.kind === 'no-code') throw refuseStaff('code-missing');
      if (answer.kind !== 'renewed') throw notProven(answer, deps);
      return { status: 201, body: { recoveryCodes: answer.recoveryCodes } };
    },
  },
  {
    ...mine,
    method: 'POST',
    path: '/v1/staff/me/code/removal',
    summary: 'No code is asked any more; not of a role that must have one',
    body: resources.proof,
    answers: { 200: resources.done('removed') },
    problems: [409, 422, 429],
    async run(db, deps, { staff, body }) {
      const answer = await removeCode(db, deps, own(staff), read('body', resources.proof, body));
      if (answer.kind === 'role-needs-it') throw refuseStaff('code-required');
      if (answer.kind !== 'removed') throw notProven(answer, deps);
      return { status: 200, body: { result: 'removed' } };
    },
  },
  {
    ...mine,
    method: 'PUT',
    path: '/v1/staff/me/password',
    summary: 'Sets another password of one’s own',
    body: resources.ownPassword,
    answers: { 200: resources.done('set') },
    problems: [422, 429],
    async run(db, deps, { staff, body }) {
      const answer = await setOwnPassword(db, deps, own(staff), read('body', resources.ownPassword, body));
      if (answer.kind === 'refused') throw refuseStaff('password-faulty', { faults: answer.faults });
      if (answer.kind !== 'set') throw notProven(answer, deps);
      return { status: 200, body: { result: 'set' } };
    },
  },
];
