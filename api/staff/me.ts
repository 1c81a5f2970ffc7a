import { actsOf } from '#accounts/access/table.ts';
import { IDLE_MS } from '#accounts/staff/sessions.ts';
import { staffMember, type StaffMember } from '#db/staff/members.ts';
import { refuseStaff } from './refusals.ts';
import * as resources from './resources.ts';
import type { StaffRoute } from './route.ts';

/** Of a member, what they see of themselves. */
export const toldOfMe = ({ id, name, username, role, language, agentId, facilityIds, totp }: StaffMember) => ({
  ...{ id, name, username, role, acts: actsOf(role), language, code: totp !== null, idleSeconds: IDLE_MS / 1_000 },
  ...(agentId !== null && { agentId }),
  ...(role === 'facility-staff' && { facilityIds }),
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
      return { status: 200, body: toldOfMe(member) };
    },
  },
];
