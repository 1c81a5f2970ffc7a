import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import type { Language } from '#db/people.ts';
import { audit, type AuditedBy } from '#db/staff/audit.ts';
import {
  addStaffMember,
  changeStaffMember,
  holdAdministrators,
  isAdministeredWithout,
  staffMember,
  type StaffChange,
  type StaffMember,
} from '#db/staff/members.ts';
import { putRecoveryCodes } from '#db/staff/recovery-codes.ts';
import { brokenConstraint } from '#db/unavailable.ts';
import type { Role } from '../access/acts.ts';
import { clearGuesses } from '../identity/guesses.ts';
import { faultsOf, plainPassword, type PasswordFault } from './password.ts';
import type { StaffDeps } from './ports.ts';
import { endAll } from './sessions.ts';
import { staffGuesses } from './prove.ts';
import { usernameKeyOf } from './username.ts';

export interface NewStaffMember {
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  readonly language: Language;
  readonly agentId?: string | undefined;
  readonly facilityIds?: readonly string[] | undefined;
  readonly password: string;
  /** Somebody else made the password and knows it: another is set at the first sign-in. */
  readonly passwordDue?: boolean | undefined;
}

/** Why somebody cannot be added or changed so. */
export type StaffFault =
  | PasswordFault
  | 'username-faulty'
  | 'username-taken'
  | 'name-missing'
  | 'agent-unknown'
  | 'agent-taken'
  | 'facility-unknown'
  | 'facilities-not-of-role'
  /** Nobody would manage staff any more. */
  | 'last-administrator'
  /** One's own password and code are changed where it is proven anew who one is (own.ts). */
  | 'own-password';

export type StaffChanged =
  | { readonly kind: 'done'; readonly member: StaffMember }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly faults: readonly StaffFault[] };

const faultOf: Readonly<Record<string, StaffFault>> = {
  staff_username_once: 'username-taken',
  staff_agent_once: 'agent-taken',
  staff_agent_known: 'agent-unknown',
  staff_facility_known: 'facility-unknown',
};

/** What the database refuses, told as a fault. */
async function refusedBy(work: () => Promise<StaffChanged>): Promise<StaffChanged> {
  try {
    return await work();
  } catch (error) {
    const fault = faultOf[brokenConstraint(error) ?? ''];
    if (!fault) throw error;
    return { kind: 'refused', faults: [fault] };
  }
}

/** Of a member, what the audit keeps: nothing secret. */
export const shownOf = ({ username, name, role, language, agentId, facilityIds, totp, endedAt }: StaffMember) => ({
  ...{ username, name, role, language, agentId, facilityIds },
  ...{ code: totp !== null, ended: endedAt !== null },
});

/** Without what cannot be shown, or kept. */
const plainName = (typed: string): string => typed.replace(/\p{C}/gu, ' ').trim();

const facilitiesFault = (role: Role, facilityIds: readonly string[]): readonly StaffFault[] =>
  role !== 'facility-staff' && facilityIds.length > 0 ? ['facilities-not-of-role'] : [];

/** Somebody begins to work here. Throws DatabaseUnavailable. */
export async function addMember(
  db: Database,
  deps: StaffDeps,
  by: AuditedBy,
  { username, name, role, language, agentId, facilityIds = [], password, passwordDue = false }: NewStaffMember,
): Promise<StaffChanged> {
  const usernameKey = usernameKeyOf(username);
  const faults: readonly StaffFault[] = [
    ...(usernameKey === undefined ? (['username-faulty'] as const) : []),
    ...(plainName(name) === '' ? (['name-missing'] as const) : []),
    ...faultsOf(password),
    ...facilitiesFault(role, facilityIds),
  ];
  if (usernameKey === undefined || faults.length > 0) return { kind: 'refused', faults };
  const passwordHash = await deps.passwords.hash(plainPassword(password));
  const [id, at] = [randomUUID(), deps.now()];
  return refusedBy(() =>
    db.transaction().execute(async (trx): Promise<StaffChanged> => {
      await addStaffMember(trx, {
        ...{
          id,
          username: username.trim(),
          usernameKey,
          name: plainName(name),
          role,
          language,
          agentId: agentId ?? null,
        },
        ...{ passwordHash, passwordSetAt: at, passwordDue, addedAt: at, facilityIds },
      });
      return written(trx, { by, act: 'staff.add', id, at });
    }),
  );
}

/** The member as they stand now, written into the audit. */
async function written(
  trx: Database,
  { by, act, id, at, before, reason }: Written,
): Promise<Extract<StaffChanged, { kind: 'done' }>> {
  const member = await staffMember(trx, { id });
  if (!member) throw new Error('A member of staff that was just written is not there.');
  await audit(trx, by, { act, resource: { kind: 'staff', id }, reason, before, after: shownOf(member) }, at);
  return { kind: 'done', member };
}

interface Written {
  readonly by: AuditedBy;
  readonly act: string;
  readonly id: string;
  readonly at: Date;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly reason?: string | undefined;
}

/** Whether somebody takes from the last who manages staff what they do it by. At the machine itself there is always a way in. */
async function isLastAdministrator(trx: Database, by: AuditedBy, { id, role }: StaffMember): Promise<boolean> {
  return by.kind === 'staff' && role === 'administrator' && !(await isAdministeredWithout(trx, id));
}

/** Changes a member, whose row is held, and says what ends their session. */
async function change(
  db: Database,
  deps: StaffDeps,
  { by, act, id, reason }: Omit<Written, 'at' | 'before'>,
  work: (trx: Database, member: StaffMember, at: Date) => Promise<readonly StaffFault[]>,
): Promise<StaffChanged> {
  const at = deps.now();
  return refusedBy(() =>
    db.transaction().execute(async (trx): Promise<StaffChanged> => {
      await holdAdministrators(trx);
      const member = await staffMember(trx, { id }, { lock: true });
      if (!member || member.endedAt) return { kind: 'unknown' };
      const faults = await work(trx, member, at);
      if (faults.length > 0) return { kind: 'refused', faults };
      return written(trx, { by, act, id, at, before: shownOf(member), reason });
    }),
  );
}

export interface MemberChange {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly language?: Language | undefined;
  readonly facilityIds?: readonly string[] | undefined;
  /** Null: at no desk any more. */
  readonly agentId?: string | null | undefined;
}

/** Another name, role, desk or facilities. They are asked to sign in anew. Throws DatabaseUnavailable. */
export async function changeMember(
  db: Database,
  deps: StaffDeps,
  { by, id, reason }: Omit<Written, 'at' | 'before' | 'act'>,
  wanted: MemberChange,
): Promise<StaffChanged> {
  return change(db, deps, { by, act: 'staff.change', id, reason }, async (trx, member, at) => {
    const role = wanted.role ?? member.role;
    // Who is of no facility any more leaves them.
    const facilityIds = wanted.facilityIds ?? (role === 'facility-staff' ? member.facilityIds : []);
    const faults = [
      ...(wanted.name !== undefined && plainName(wanted.name) === '' ? (['name-missing'] as const) : []),
      ...facilitiesFault(role, facilityIds),
      ...(role !== 'administrator' && (await isLastAdministrator(trx, by, member))
        ? (['last-administrator'] as const)
        : []),
    ];
    if (faults.length > 0) return faults;
    const known: StaffChange = {
      ...{
        role,
        facilityIds,
        name: wanted.name === undefined ? member.name : plainName(wanted.name),
        language: wanted.language ?? member.language,
      },
      agentId: wanted.agentId === undefined ? member.agentId : wanted.agentId,
    };
    await changeStaffMember(trx, member.id, known);
    await endAll(trx, by, { staffId: member.id }, 'staff-changed', at);
    return [];
  });
}

/** They are signed out wherever they are. Throws DatabaseUnavailable. */
export const signOutMember = (
  db: Database,
  deps: StaffDeps,
  { by, id, reason }: Omit<Written, 'at' | 'before' | 'act'>,
): Promise<StaffChanged> =>
  change(db, deps, { by, act: 'staff.sign-out', id, reason }, async (trx, member, at) => {
    await endAll(trx, by, { staffId: member.id }, 'revoked', at);
    return [];
  });

/** They work here no more: signed out, and in no more. What they did stays. Throws DatabaseUnavailable. */
export const endMember = (
  db: Database,
  deps: StaffDeps,
  { by, id, reason }: Omit<Written, 'at' | 'before' | 'act'>,
): Promise<StaffChanged> =>
  change(db, deps, { by, act: 'staff.end', id, reason }, async (trx, member, at) => {
    if (await isLastAdministrator(trx, by, member)) return ['last-administrator'];
    await changeStaffMember(trx, member.id, { endedAt: at, agentId: null, totp: null, totpPending: null });
    await putRecoveryCodes(trx, member.id, []);
    await endAll(trx, by, { staffId: member.id }, 'staff-changed', at);
    return [];
  });

export interface NewPassword extends Pick<NewStaffMember, 'password' | 'passwordDue'> {
  readonly withoutCode?: boolean | undefined;
}

/**
 * Another password, by somebody else: they are signed out, a lock ends, and one-time codes are asked no more with `withoutCode`; with `passwordDue`
 * they set one of their own before anything else. Nobody does so to themselves: that would ask for no proof. Throws DatabaseUnavailable.
 */
export async function setMemberPassword(
  db: Database,
  deps: StaffDeps,
  { by, id, reason }: Omit<Written, 'at' | 'before' | 'act'>,
  { password, withoutCode = false, passwordDue = false }: NewPassword,
): Promise<StaffChanged> {
  const isOwn = by.kind === 'staff' && by.staffId === id;
  const faults = [...faultsOf(password), ...(isOwn ? (['own-password'] as const) : [])];
  if (faults.length > 0) return { kind: 'refused', faults };
  const passwordHash = await deps.passwords.hash(plainPassword(password));
  return change(db, deps, { by, act: 'staff.password', id, reason }, async (trx, member, at) => {
    const codes = withoutCode ? { totp: null, totpPending: null } : {};
    await changeStaffMember(trx, member.id, { passwordHash, passwordSetAt: at, passwordDue, ...codes });
    if (withoutCode) await putRecoveryCodes(trx, member.id, []);
    await clearGuesses(trx, deps, staffGuesses(deps, member.usernameKey));
    await endAll(trx, by, { staffId: member.id }, 'password-changed', at);
    return [];
  });
}
