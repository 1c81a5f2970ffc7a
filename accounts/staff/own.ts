import type { Database } from '#db/connect.ts';
import { audit, type AuditedBy } from '#db/staff/audit.ts';
import type { Language } from '#db/people.ts';
import { changeStaffMember, staffMember, type StaffMember } from '#db/staff/members.ts';
import { putRecoveryCodes } from '#db/staff/recovery-codes.ts';
import { needsCode } from '../access/table.ts';
import { faultsOf, plainPassword, type OwnPasswordFault } from './password.ts';
import type { StaffDeps } from './ports.ts';
import { proveStaff, type NotProven, type StaffProof } from './prove.ts';
import { makeRecoveryCodes } from './recovery.ts';
import { newTotpKey, stepOf } from './totp.ts';

/* What somebody who works here changes of themselves: it is proven anew by password, and by a code where one is asked, that it is they. */

/** By which session. */
export type Own = Extract<AuditedBy, { kind: 'staff' }>;
type Shown = Omit<StaffProof, 'usernameKey'>;

async function prove<T extends object>(
  db: Database,
  deps: StaffDeps,
  own: Own,
  shown: Shown,
  work: (trx: Database, member: StaffMember) => Promise<T>,
): Promise<T | NotProven> {
  const member = await staffMember(db, { id: own.staffId });
  return proveStaff(db, deps, { ...shown, usernameKey: member?.usernameKey }, work);
}

const about = (act: string, id: string, before: object, after: object) => ({
  ...{ act, resource: { kind: 'staff', id } },
  ...{ before: { ...before }, after: { ...after } },
});

/** Whether somebody does nothing before they have a second factor: their role needs one, and no key of theirs is confirmed. */
export const codeDue = ({ role, totp }: Pick<StaffMember, 'role' | 'totp'>): boolean =>
  needsCode(role) && totp === null;

export type CodeBegun =
  /** The key that the app is told; it counts when a code of it has been shown. */
  { readonly kind: 'begun'; readonly key: Buffer; readonly username: string } | NotProven;

/**
 * Makes a key of one-time codes; one that was made before and not confirmed is good no more. Whoever has one proves it by a code of that, which is asked
 * until the new one is confirmed: so somebody moves to another phone. Throws DatabaseUnavailable.
 */
export const beginCode = (db: Database, deps: StaffDeps, own: Own, shown: Shown): Promise<CodeBegun> =>
  prove<CodeBegun>(db, deps, own, shown, async (trx, { id, username }) => {
    const key = newTotpKey();
    await changeStaffMember(trx, id, { totpPending: deps.sealer.seal(id, key) });
    return { kind: 'begun', key, username };
  });

export type CodeConfirmed =
  | { readonly kind: 'confirmed'; readonly recoveryCodes: readonly string[] }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'not-begun' };

/**
 * A code of the new key: from now on one is asked at sign-in, and none of the key before. This one is used by it. The recovery codes are told once.
 * Throws DatabaseUnavailable.
 */
export const confirmCode = (db: Database, deps: StaffDeps, own: Own, code: string): Promise<CodeConfirmed> =>
  db.transaction().execute(async (trx): Promise<CodeConfirmed> => {
    const member = await staffMember(trx, { id: own.staffId }, { lock: true });
    if (!member || member.totpPending === null) return { kind: 'not-begun' };
    const { id, totp, totpPending } = member;
    const step = stepOf(deps.sealer.open(id, totpPending), code, deps.now());
    if (step === undefined) return { kind: 'wrong' };
    await changeStaffMember(trx, id, { totp: totpPending, totpPending: null, totpStep: String(step) });
    await audit(trx, own, about('self.code', id, { code: totp !== null }, { code: true }), deps.now());
    return { kind: 'confirmed', recoveryCodes: await makeRecoveryCodes(trx, deps, id) };
  });

/** `role-needs-it`: what they may do is done with a code alone. */
export type CodeRemoved = { readonly kind: 'removed' } | { readonly kind: 'role-needs-it' } | NotProven;

/** No code is asked any more. Throws DatabaseUnavailable. */
export const removeCode = (db: Database, deps: StaffDeps, own: Own, shown: Shown): Promise<CodeRemoved> =>
  prove<CodeRemoved>(db, deps, own, shown, async (trx, { id, role, totp }) => {
    if (needsCode(role)) return { kind: 'role-needs-it' };
    await changeStaffMember(trx, id, { totp: null, totpPending: null });
    await putRecoveryCodes(trx, id, []);
    const entry = about('self.code', id, { code: totp !== null }, { code: false });
    if (totp !== null) await audit(trx, own, entry, deps.now());
    return { kind: 'removed' };
  });

export type CodesRenewed =
  | { readonly kind: 'renewed'; readonly recoveryCodes: readonly string[] }
  /** No code is asked, so there is nothing to stand in for. */
  | { readonly kind: 'no-code' }
  | NotProven;

/** Other recovery codes: those of before are good no more. Throws DatabaseUnavailable. */
export const renewRecoveryCodes = (db: Database, deps: StaffDeps, own: Own, shown: Shown): Promise<CodesRenewed> =>
  prove<CodesRenewed>(db, deps, own, shown, async (trx, { id, totp }) => {
    if (totp === null) return { kind: 'no-code' };
    await audit(trx, own, { act: 'self.recovery-codes', resource: { kind: 'staff', id } }, deps.now());
    return { kind: 'renewed', recoveryCodes: await makeRecoveryCodes(trx, deps, id) };
  });

export type OwnPasswordSet =
  { readonly kind: 'set' } | { readonly kind: 'refused'; readonly faults: readonly OwnPasswordFault[] } | NotProven;

/** Another password; the session that asks for it goes on, and there is no other. Throws DatabaseUnavailable. */
export async function setOwnPassword(
  db: Database,
  deps: StaffDeps,
  own: Own,
  { newPassword, ...shown }: Shown & { readonly newPassword: string },
): Promise<OwnPasswordSet> {
  const same = plainPassword(newPassword) === plainPassword(shown.password);
  const faults = [...faultsOf(newPassword), ...(same ? (['same-as-before'] as const) : [])];
  if (faults.length > 0) return { kind: 'refused', faults };
  const passwordHash = await deps.passwords.hash(plainPassword(newPassword));
  return prove<OwnPasswordSet>(db, deps, own, shown, async (trx, { id }) => {
    await changeStaffMember(trx, id, { passwordHash, passwordSetAt: deps.now(), passwordDue: false });
    await audit(trx, own, about('self.password', id, {}, {}), deps.now());
    return { kind: 'set' };
  });
}

/** Another language, here and at the next sign-in. False: they work here no more. Throws DatabaseUnavailable. */
export const setOwnLanguage = (db: Database, deps: StaffDeps, own: Own, language: Language): Promise<boolean> =>
  db.transaction().execute(async (trx) => {
    const member = await staffMember(trx, { id: own.staffId }, { lock: true });
    if (!member || member.endedAt) return false;
    if (member.language === language) return true;
    await changeStaffMember(trx, member.id, { language });
    await audit(trx, own, about('self.change', member.id, { language: member.language }, { language }), deps.now());
    return true;
  });
