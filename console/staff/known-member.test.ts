import { expect, test } from 'vitest';
import { changesOf, facilitiesOf, typedMember, type Member } from './known-member.ts';

const member: Member = {
  ...{
    id: '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c',
    username: 'lee',
    name: 'Lee',
    role: 'facility-staff',
    language: 'en',
  },
  ...{ facilityIds: ['a', 'b'], agentId: 'lee', code: false, passwordDue: false, addedAt: '2026-05-01T00:00:00Z' },
};

test('what was typed as it was before is no change', () => {
  expect(changesOf(member, typedMember(member))).toEqual({});
  expect(changesOf(member, { ...typedMember(member), name: ' Lee ', facilityIds: ['b', 'a'] })).toEqual({});
});

test('what is another is sent, and nothing beside it', () => {
  const typed = typedMember(member);
  expect(changesOf(member, { ...typed, name: 'Lee Two' })).toEqual({ name: 'Lee Two' });
  expect(changesOf(member, { ...typed, language: 'es' })).toEqual({ language: 'es' });
  expect(changesOf(member, { ...typed, agentId: '' })).toEqual({ agentId: null });
  expect(changesOf(member, { ...typed, agentId: 'kim' })).toEqual({ agentId: 'kim' });
  expect(changesOf(member, { ...typed, facilityIds: ['a'] })).toEqual({ facilityIds: ['a'] });
  expect(changesOf(member, { ...typed, facilityIds: ['a', 'c'] })).toEqual({ facilityIds: ['a', 'c'] });
});

test('who is of no facility any more leaves them', () => {
  expect(changesOf(member, { ...typedMember(member), role: 'agent' })).toEqual({ role: 'agent', facilityIds: [] });
  expect(facilitiesOf({ ...typedMember(undefined), facilityIds: ['a'] })).toEqual([]);
});
