import type { Body } from '../ask/client.ts';

export type Member = Body<'/v1/staff/members'>['members'][number];
export type Choices = Body<'/v1/staff/members/choices'>;
export type Role = Member['role'];

export const roles = ['agent', 'supervisor', 'investigator', 'facility-staff', 'administrator'] as const;

/** What is typed and chosen of a member. */
export interface TypedMember {
  readonly name: string;
  readonly role: Role;
  readonly language: Member['language'];
  /** Empty: at no phone of the desk. */
  readonly agentId: string;
  readonly facilityIds: readonly string[];
}

export const typedMember = (member: Member | undefined): TypedMember => ({
  ...{ name: member?.name ?? '', role: member?.role ?? 'agent', language: member?.language ?? 'en' },
  ...{ agentId: member?.agentId ?? '', facilityIds: member?.facilityIds ?? [] },
});

/** Facilities are those of facility staff alone. */
export const facilitiesOf = ({ role, facilityIds }: TypedMember): readonly string[] =>
  role === 'facility-staff' ? facilityIds : [];

const sameFacilities = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((id) => other.includes(id));

/** What is another than before, and nothing else: what somebody else changes meanwhile stays. */
export function changesOf(member: Member, typed: TypedMember) {
  const name = typed.name.trim();
  const facilityIds = [...facilitiesOf(typed)];
  return {
    ...(name !== member.name && { name }),
    ...(typed.role !== member.role && { role: typed.role }),
    ...(typed.language !== member.language && { language: typed.language }),
    ...(typed.agentId !== (member.agentId ?? '') && { agentId: typed.agentId === '' ? null : typed.agentId }),
    ...(!sameFacilities(facilityIds, member.facilityIds) && { facilityIds }),
  };
}
