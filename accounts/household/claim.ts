import { accountStatus } from '#db/closing.ts';
import type { Database } from '#db/connect.ts';
import type { Identity } from '#db/identities.ts';
import { accountsOfIdentity, ownAccount } from '#db/identity-accounts.ts';
import { tell } from '../enrolment/news.ts';
import type { PasscodeCheck, PasscodeDeps } from '../passcode/check-passcode.ts';
import { proven, writeName } from './enrol-on-web.ts';

export interface Claim {
  readonly identity: Identity;
  /** Ten digits. */
  readonly accountNumber: string;
  /** Under a name that no log shows. */
  readonly passcode: string;
}

export type Claimed =
  | { readonly kind: 'claimed' | 'yours-already'; readonly accountId: string }
  /** Another identity's: an agent can help. */
  | { readonly kind: 'of-another' }
  | Exclude<PasscodeCheck, { readonly kind: 'right' }>;

/**
 * Makes an account that is there, say opened on the phone line, one's own on the web: whoever knows its number and its passcode. The holder is told where
 * they were reached so far. Name and address are filled in where there are none. Throws DatabaseUnavailable; may be tried again.
 */
export async function claimAccount(
  db: Database,
  deps: PasscodeDeps,
  { identity, accountNumber, passcode }: Claim,
): Promise<Claimed> {
  const shown = await proven(db, deps, identity.id, { accountNumber, passcode });
  if (shown.kind !== 'passcode') return shown;
  const { accountId } = shown;
  return db.transaction().execute(async (trx): Promise<Claimed> => {
    await accountStatus(trx, accountId, { lock: true });
    const before = await accountsOfIdentity(trx, identity.id);
    if (before.some(({ id }) => id === accountId)) return { kind: 'yours-already', accountId };
    const at = deps.now();
    const owner = await ownAccount(trx, { accountId, identityId: identity.id, way: 'claimed', at });
    if (owner !== identity.id) return { kind: 'of-another' };
    const account = { id: accountId, number: accountNumber };
    await tell(trx, deps, { key: `claim ${accountId}`, account, news: { kind: 'on-the-web' } });
    await writeName(trx, { accountId, identity, at });
    return { kind: 'claimed', accountId };
  });
}
