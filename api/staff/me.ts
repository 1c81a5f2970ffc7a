import { actsOf, needsCode } from '#accounts/access/table.ts';
import { IDLE_MS } from '#accounts/staff/sessions.ts';
import { codeDue, setOwnLanguage } from '#accounts/staff/own.ts';
import type { Database } from '#db/connect.ts';
import { staffMember, type StaffMember } from '#db/staff/members.ts';
import { recoveryCodesLeft } from '#db/staff/recovery-codes.ts';
import { staffSessionsOf, type StaffSession } from '#db/staff/sessions.ts';
import { read } from '../problem.ts';
import { refuseStaff } from './refusals.ts';
import * as resources from './resources.ts';
import type { StaffRoute } from './route.ts';

/** Of a member, what they see of themselves. */
export async function toldOfMe(db: Database, member: StaffMember) {
  const { id, name, username, role, language, agentId, facilityIds, totp, passwordDue } = member;
  return {
    ...{ id, name, username, role, acts: actsOf(role), language, passwordDue, idleSeconds: IDLE_MS / 1_000 },
    ...{ code: totp !== null, codeRequired: needsCode(role), codeDue: codeDue(member) },
    ...(totp !== null && { recoveryCodesLeft: await recoveryCodesLeft(db, id) }),
    ...(agentId !== null && { agentId }),
    ...(role === 'facility-staff' && { facilityIds }),
  };
}

/** Of one page. */
const SESSIONS = 20;

const toldOfSession = ({ id, startedAt, usedAt, device, endedAt, endedAs }: StaffSession, current: string) => ({
  ...{ id, startedAt: startedAt.toISOString(), usedAt: usedAt.toISOString(), current: id === current },
  ...(device !== null && { device }),
  ...(endedAt && endedAs && { endedAt: endedAt.toISOString(), endedAs }),
});

export const meRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/me',
    summary: 'Who is signed in, and what they may do',
    door: 'staff',
    act: 'self.manage',
    answers: { 200: resources.me },
    problems: [],
    async run(db, _deps, { staff }) {
      const member = await staffMember(db, { id: staff.id });
      if (!member) throw refuseStaff('staff-session-needed');
      return { status: 200, body: await toldOfMe(db, member) };
    },
  },
  {
    method: 'PUT',
    path: '/v1/staff/me',
    summary: 'Sets the language that is spoken to whoever is signed in',
    door: 'staff',
    act: 'self.manage',
    body: resources.ownChange,
    answers: { 200: resources.me },
    problems: [],
    async run(db, deps, { staff: { id: staffId, sessionId }, body }) {
      const { language } = read('body', resources.ownChange, body);
      await setOwnLanguage(db, deps, { kind: 'staff', staffId, sessionId }, language);
      const member = await staffMember(db, { id: staffId });
      if (!member) throw refuseStaff('staff-session-needed');
      return { status: 200, body: await toldOfMe(db, member) };
    },
  },
  {
    method: 'GET',
    path: '/v1/staff/me/sessions',
    summary: 'Where one was signed in lately; one place at a time is open',
    door: 'staff',
    act: 'self.manage',
    answers: { 200: resources.ownSessions },
    problems: [],
    async run(db, _deps, { staff }) {
      const all = await staffSessionsOf(db, staff.id, SESSIONS);
      return { status: 200, body: { sessions: all.map((one) => toldOfSession(one, staff.sessionId)) } };
    },
  },
];
