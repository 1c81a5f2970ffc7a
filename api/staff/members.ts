import { addMember, changeMember, endMember, setMemberPassword, type StaffChanged } from '#accounts/staff/member.ts';
import { staffMembers, type StaffMember } from '#db/staff/members.ts';
import { read } from '../problem.ts';
import { refuseStaff } from './refusals.ts';
import * as resources from './resources.ts';
import type { StaffAnswer, StaffAsked, StaffRoute } from './route.ts';

const by = ({ staff: { id: staffId, sessionId } }: StaffAsked) => ({ kind: 'staff', staffId, sessionId }) as const;

const toldOf = ({ id, username, name, role, language, agentId, facilityIds, totp, addedAt, endedAt }: StaffMember) => ({
  ...{ id, username, name, role, language, facilityIds, code: totp !== null, addedAt: addedAt.toISOString() },
  ...{ ...(agentId !== null && { agentId }), ...(endedAt && { endedAt: endedAt.toISOString() }) },
});

function answer(changed: StaffChanged, status = 200): StaffAnswer {
  if (changed.kind === 'unknown') throw refuseStaff('staff-unknown');
  if (changed.kind === 'refused') throw refuseStaff('staff-faulty', { faults: changed.faults });
  return { status, body: toldOf(changed.member) };
}

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
    method: 'POST',
    path: '/v1/staff/members',
    summary: 'Somebody begins to work here',
    body: resources.newMember,
    answers: { 201: resources.member },
    problems: [422],
    async run(db, deps, asked) {
      const member = read('body', resources.newMember, asked.body);
      return answer(await addMember(db, deps, by(asked), member), 201);
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
    problems: [404],
    async run(db, deps, asked) {
      const { reason } = read('body', resources.memberEnd, asked.body);
      return answer(await endMember(db, deps, { by: by(asked), id: idOf(asked), reason }));
    },
  },
  {
    ...one,
    method: 'POST',
    path: '/v1/staff/members/:id/password',
    summary: 'Sets another password of somebody who works here: a lock ends, and they sign in anew',
    body: resources.memberPassword,
    problems: [404, 422],
    async run(db, deps, asked) {
      const { reason, ...wanted } = read('body', resources.memberPassword, asked.body);
      return answer(await setMemberPassword(db, deps, { by: by(asked), id: idOf(asked), reason }, wanted));
    },
  },
];
