import { newFirstPassword } from '#accounts/staff/first-password.ts';
import {
  addMember,
  changeMember,
  endMember,
  setMemberPassword,
  signOutMember,
  type StaffChanged,
} from '#accounts/staff/member.ts';
import { agentsAtDesk } from '#db/desk/agents.ts';
import { listFacilities } from '#db/facilities.ts';
import { staffMembers, type StaffMember } from '#db/staff/members.ts';
import { read } from '../problem.ts';
import { refuseStaff } from './refusals.ts';
import * as resources from './resources.ts';
import type { StaffAnswer, StaffAsked, StaffRoute } from './route.ts';

const by = ({ staff: { id: staffId, sessionId } }: StaffAsked) => ({ kind: 'staff', staffId, sessionId }) as const;

function toldOf({ id, username, name, role, language, agentId, facilityIds, ...member }: StaffMember) {
  const { totp, passwordDue, addedAt, endedAt } = member;
  return {
    ...{ id, username, name, role, language, facilityIds, code: totp !== null, passwordDue },
    ...{ addedAt: addedAt.toISOString(), ...(endedAt && { endedAt: endedAt.toISOString() }) },
    ...(agentId !== null && { agentId }),
  };
}

/** The member as they stand now. Throws the problem of a change that was not made. */
function changedTo(changed: StaffChanged): ReturnType<typeof toldOf> {
  if (changed.kind === 'unknown') throw refuseStaff('staff-unknown');
  if (changed.kind === 'refused') throw refuseStaff('staff-faulty', { faults: changed.faults });
  return toldOf(changed.member);
}
const answer = (changed: StaffChanged): StaffAnswer => ({ status: 200, body: changedTo(changed) });

const managed = { door: 'staff', act: 'staff.manage' } as const;
const one = { ...managed, params: resources.idPath, answers: { 200: resources.member } } as const;
const idOf = ({ params }: StaffAsked): string => read('path', resources.idPath, params).id;

/** Who works here. */
export const memberRoutes: readonly StaffRoute[] = [
  {
    ...managed,
    method: 'GET',
    path: '/v1/staff/members',
    summary: 'Everybody who works here, by name; who has left at the end',
    answers: { 200: resources.members },
    problems: [],
    run: async (db) => ({ status: 200, body: { members: (await staffMembers(db)).map(toldOf) } }),
  },
  {
    ...managed,
    method: 'GET',
    path: '/v1/staff/members/choices',
    summary: 'Whom of the desk a member may be, and which facilities they may see',
    answers: { 200: resources.choices },
    problems: [],
    async run(db) {
      const [agents, facilities, members] = [await agentsAtDesk(db), await listFacilities(db), await staffMembers(db)];
      const staffOf = (agentId: string) => members.find((member) => member.agentId === agentId)?.id;
      const byName = (one: { name: string }, other: { name: string }) => one.name.localeCompare(other.name);
      const shown = agents.map(({ id, name, extension }) => {
        const staffId = staffOf(id);
        return { id, name, extension, ...(staffId !== undefined && { staffId }) };
      });
      const body = { agents: shown.sort(byName), facilities: facilities.map(({ id, name }) => ({ id, name })) };
      return { status: 200, body };
    },
  },
  {
    ...managed,
    method: 'POST',
    path: '/v1/staff/members',
    summary: 'Somebody begins to work here, with a first password that is told once',
    body: resources.newMember,
    answers: { 201: resources.memberWithPassword },
    problems: [422],
    async run(db, deps, asked) {
      const member = read('body', resources.newMember, asked.body);
      const password = newFirstPassword();
      const added = await addMember(db, deps, by(asked), { ...member, password, passwordDue: true });
      return { status: 201, body: { member: changedTo(added), password } };
    },
  },
  {
    ...one,
    method: 'PUT',
    path: '/v1/staff/members/:id',
    summary: 'Changes what is told of it of somebody who works here: they sign in anew',
    body: resources.memberChange,
    problems: [404, 422],
    async run(db, deps, asked) {
      const { reason, ...wanted } = read('body', resources.memberChange, asked.body);
      return answer(await changeMember(db, deps, { by: by(asked), id: idOf(asked), reason }, wanted));
    },
  },
  {
    ...one,
    method: 'POST',
    path: '/v1/staff/members/:id/end',
    summary: 'Somebody works here no more: they are out at once, and what they did stays',
    body: resources.memberEnd,
    problems: [404, 422],
    async run(db, deps, asked) {
      const { reason } = read('body', resources.memberEnd, asked.body);
      return answer(await endMember(db, deps, { by: by(asked), id: idOf(asked), reason }));
    },
  },
  {
    ...one,
    method: 'POST',
    path: '/v1/staff/members/:id/password',
    summary: 'Makes another first password for somebody who works here, told once: a lock ends, and they sign in anew',
    body: resources.memberPassword,
    answers: { 200: resources.memberWithPassword },
    problems: [404, 422],
    async run(db, deps, asked) {
      const { reason, withoutCode } = read('body', resources.memberPassword, asked.body);
      const password = newFirstPassword();
      const whom = { by: by(asked), id: idOf(asked), reason };
      const changed = await setMemberPassword(db, deps, whom, { password, withoutCode, passwordDue: true });
      return { status: 200, body: { member: changedTo(changed), password } };
    },
  },
  {
    ...one,
    method: 'POST',
    path: '/v1/staff/members/:id/sign-out',
    summary: 'Signs somebody who works here out, wherever they are',
    body: resources.memberEnd,
    problems: [404],
    async run(db, deps, asked) {
      const { reason } = read('body', resources.memberEnd, asked.body);
      return answer(await signOutMember(db, deps, { by: by(asked), id: idOf(asked), reason }));
    },
  },
];
