import { randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { audit, type AuditedBy } from '#db/staff/audit.ts';
import type { StaffMember } from '#db/staff/members.ts';
import {
  addStaffSession,
  endStaffSessions,
  staffSessionBy,
  useStaffSession,
  type StaffSession,
  type StaffSessionEnd,
} from '#db/staff/sessions.ts';
import { digestOf, newToken } from '../identity/keys.ts';
import type { StaffDeps } from './ports.ts';

/** How long a session that is not used lasts (rules: 15 minutes); and one that is used all the time. Milliseconds. */
export const IDLE_MS = 15 * 60_000;
export const SESSION_MS = 12 * 3_600_000;
/** Use within so long after use is not written down anew. Milliseconds. */
const GRAIN_MS = 1_000;

/** Who is signed in, and by which session. */
export interface SignedInStaff {
  readonly session: StaffSession;
  readonly member: StaffMember;
}

export type StaffSessionState =
  | ({ readonly kind: 'open' } & SignedInStaff)
  /** `as`: why it is over; undefined: there is none such. */
  | { readonly kind: 'over'; readonly as: StaffSessionEnd | undefined };

const over = (as?: StaffSessionEnd): StaffSessionState => ({ kind: 'over', as });

/**
 * Begins a member's session; the one that they have ends. In the transaction of whatever allows it, which holds the member's row. Returns what the cookie
 * holds: 256 random bits, of which the database has the digest alone.
 */
export async function beginStaffSession(
  trx: Database,
  { now }: Pick<StaffDeps, 'now'>,
  member: StaffMember,
  device?: string,
): Promise<{ readonly token: string } & SignedInStaff> {
  const [id, token, at] = [randomUUID(), newToken(), now()];
  const replaced = await endStaffSessions(trx, { staffId: member.id }, 'replaced', at);
  const begun = {
    ...{ id, staffId: member.id, digest: digestOf(token), device: deviceOf(device), startedAt: at },
    expiresAt: new Date(at.getTime() + SESSION_MS),
  };
  await addStaffSession(trx, begun);
  const entry = { act: 'session.begin', resource: { kind: 'session', id } };
  const after = replaced[0] === undefined ? undefined : { replaced: replaced[0] };
  await audit(trx, { kind: 'staff', staffId: member.id, sessionId: id }, { ...entry, after }, at);
  return { token, member, session: { ...begun, usedAt: at, endedAt: null, endedAs: null } };
}

/** What a browser calls itself, as far as anybody reads it. */
const LONGEST_DEVICE = 300;
const deviceOf = (told: string | undefined): string | null =>
  (told ?? '').replace(/\p{C}/gu, ' ').trim().slice(0, LONGEST_DEVICE) || null;

/**
 * Whose cookie this is. `counts`: its holder does something, which keeps the session from ending; what a page asks by itself does not. A session that
 * nobody has used for too long ends here. Throws DatabaseUnavailable.
 */
export async function staffSessionOf(
  db: Database,
  { now }: Pick<StaffDeps, 'now'>,
  token: string,
  counts: boolean,
): Promise<StaffSessionState> {
  const found = await staffSessionBy(db, digestOf(token));
  if (!found) return over();
  const { session, member } = found;
  if (session.endedAs) return over(session.endedAs);
  const at = now();
  const since = new Date(at.getTime() - IDLE_MS);
  if (session.expiresAt <= at) return endLeft(db, session, 'expired', at);
  if (session.usedAt <= since) return endLeft(db, session, 'idle', at, since);
  if (counts && at.getTime() - session.usedAt.getTime() >= GRAIN_MS) {
    // Ended meanwhile: by another sign-in, say.
    if (!(await useStaffSession(db, session.id, { at, since }))) return over('replaced');
  }
  return { kind: 'open', session, member };
}

/** Nobody ended it: it came so. The first who notices writes it down. */
async function endLeft(
  db: Database,
  { id, staffId }: StaffSession,
  as: 'idle' | 'expired',
  at: Date,
  unusedSince?: Date,
): Promise<StaffSessionState> {
  await db.transaction().execute(async (trx) => {
    const ended = await endStaffSessions(trx, { staffId, id, ...(unusedSince && { unusedSince }) }, as, at);
    const after = { staffId, as };
    for (const one of ended)
      await audit(trx, { kind: 'system' }, { act: 'session.end', resource: { kind: 'session', id: one }, after }, at);
  });
  return over(as);
}

/** Ends a member's sessions, or one, and writes down who did; in the transaction of its cause. */
export async function endAll(
  trx: Database,
  by: AuditedBy,
  which: { readonly staffId: string; readonly id?: string },
  as: StaffSessionEnd,
  at: Date,
): Promise<void> {
  for (const id of await endStaffSessions(trx, which, as, at))
    await audit(
      trx,
      by,
      { act: 'session.end', resource: { kind: 'session', id }, after: { staffId: which.staffId, as } },
      at,
    );
}
