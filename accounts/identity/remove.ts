import type { Database } from '#db/connect.ts';
import { accountStatus } from '#db/closing.ts';
import { identityOf } from '#db/identities.ts';
import { accountsOfIdentity } from '#db/identity-accounts.ts';
import { provenNumbers } from '#db/number-proofs.ts';
import { emptyProfile, profileOf, saveProfile } from '#db/profiles.ts';
import { forgetHolder, holdIdentity, moneyOnItsWay, removeIdentity } from '#db/remove-identity.ts';
import { sessionIsOpen, type Session } from '#db/sessions.ts';
import type { IdentityDeps } from './ports.ts';

export type Removed =
  | { readonly kind: 'removed' }
  /** An account of theirs is open: it is closed first, so that its money and its numbers are decided by them. */
  | { readonly kind: 'account-open' }
  /** A refund, a cheque, a payment or unclaimed funds of theirs: without name and address nobody could be paid. */
  | { readonly kind: 'money-on-its-way' }
  /** It was removed, or this session ended, meanwhile. */
  | { readonly kind: 'over' };

/**
 * Removes somebody's profile, in one transaction: the identity with its sessions, and name, address and passcode of its closed accounts. Ledger, audit, calls
 * and blocks stay, under the number that it had; a block goes on to block. The address may register again. A last mail says so; what was mailed is forgotten
 * once it is sent, and pictures by their sweeper. Throws DatabaseUnavailable: it may have been removed.
 */
export async function removeProfile(db: Database, deps: IdentityDeps, session: Session): Promise<Removed> {
  const { identityId } = session;
  const at = deps.now();
  return db.transaction().execute(async (trx): Promise<Removed> => {
    // Whoever signs in, refreshes, opens an account or removes it too waits here, or is waited for.
    if (!(await holdIdentity(trx, identityId))) return { kind: 'over' };
    if (!(await sessionIsOpen(trx, session.id))) return { kind: 'over' };
    const identity = await identityOf(trx, { id: identityId });
    if (!identity) return { kind: 'over' };
    const accounts = await accountsOfIdentity(trx, identityId);
    if (accounts.some(({ status }) => status === 'open')) return { kind: 'account-open' };
    const accountIds = accounts.map(({ id }) => id).sort();
    for (const id of accountIds) await accountStatus(trx, id, { lock: true });
    if (await moneyOnItsWay(trx, accountIds)) return { kind: 'money-on-its-way' };
    const contacts = [
      identity.email,
      ...(await provenNumbers(trx, identityId, new Date(0))).map(({ number }) => number),
    ];
    for (const accountId of accountIds) {
      const { version, profile } = await profileOf(trx, accountId);
      const change = { accountId, from: version, profile: { ...emptyProfile, language: profile.language } };
      const by = { kind: 'web', id: identityId } as const;
      await saveProfile(trx, { ...change, fields: ['removed'], by, at });
    }
    await forgetHolder(trx, accountIds, at);
    await removeIdentity(trx, { identityId, emailKey: identity.emailKey, accountIds, contacts, at });
    await deps.notify(trx, {
      ...{ key: `identity ${identityId} removed`, language: identity.language },
      ...{ to: { email: identity.email }, news: { kind: 'removed' } },
    });
    return { kind: 'removed' };
  });
}
