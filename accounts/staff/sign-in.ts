import type { Database } from '#db/connect.ts';
import type { StaffDeps } from './ports.ts';
import { proveStaff, type NotProven } from './prove.ts';
import { beginStaffSession, type SignedInStaff } from './sessions.ts';
import { usernameKeyOf } from './username.ts';

export interface StaffSigningIn {
  readonly username: string;
  readonly password: string;
  /** Six digits of an app, of whoever has one; or a recovery code in their place. */
  readonly code?: string | undefined;
  /** What the browser calls itself. */
  readonly device?: string | undefined;
}

export type StaffSignedIn = ({ readonly kind: 'signed-in'; readonly token: string } & SignedInStaff) | NotProven;

/** Signs somebody who works here in; the session that they have elsewhere ends. Throws DatabaseUnavailable: the guess may have been counted. */
export const signInStaff = (
  db: Database,
  deps: StaffDeps,
  { username, password, code, device }: StaffSigningIn,
): Promise<StaffSignedIn> =>
  proveStaff(db, deps, { usernameKey: usernameKeyOf(username), password, code }, async (trx, member) => ({
    ...{ kind: 'signed-in' as const },
    ...(await beginStaffSession(trx, deps, member, device)),
  }));
