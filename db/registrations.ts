import type { ExpressionBuilder } from 'kysely';
import type { Database } from './connect.ts';
import type { Schema } from './schema.ts';

export interface Source {
  readonly address: string;
  readonly port: number;
}

export interface Registration {
  readonly username: string;
  /** SIP URI of the Contact (RFC 3261 §10.2.1). */
  readonly contact: string;
  /** Where the REGISTER came from: behind a NAT, calls go back there. */
  readonly source: Source;
}

/** The Call-ID and CSeq of a REGISTER: its place among those of the same phone. */
export interface RegisterOrder {
  readonly callId: string;
  readonly cseq: number;
}

/** Which REGISTER made the binding that `username` has at `at`; undefined when there is none, or it was made before that was kept. */
export async function findRegisterOrder(db: Database, username: string, at: Date): Promise<RegisterOrder | undefined> {
  const row = await db
    .selectFrom('registration')
    .select(['sipCallId', 'cseq'])
    .where('username', '=', username)
    .where('expiresAt', '>', at)
    .executeTakeFirst();
  const { sipCallId = null, cseq = null } = row ?? {};
  return sipCallId === null || cseq === null ? undefined : { callId: sipCallId, cseq };
}

/**
 * Keeps one binding per phone; a newer REGISTER replaces it. False when the binding that stands at `at` was made by a later REGISTER
 * of the same Call-ID, which another process may have served meanwhile (RFC 3261 §10.3 step 7); nothing changes then.
 */
export async function saveRegistration(
  db: Database,
  registration: Registration & { readonly number?: string; readonly expiresAt: Date },
  { callId, cseq }: RegisterOrder,
  at: Date,
): Promise<boolean> {
  const { username, number = null, contact, source, expiresAt } = registration;
  const order = { sipCallId: callId, cseq };
  const binding = { number, contact, sourceAddress: source.address, sourcePort: source.port, expiresAt, ...order };
  const saved = await db
    .insertInto('registration')
    .values({ username, ...binding })
    .onConflict((conflict) =>
      conflict
        .column('username')
        .doUpdateSet({ ...binding, registeredAt: new Date() })
        .where(mayFollow(order, at)),
    )
    .returning('registration.username')
    .executeTakeFirst();
  return saved !== undefined;
}

/** Removes the phone's binding if it is to this contact; `*` is any. False when that binding is newer than this REGISTER. */
export async function removeRegistration(
  db: Database,
  username: string,
  contact: string,
  { callId, cseq }: RegisterOrder,
  at: Date,
): Promise<boolean> {
  let binding = db
    .deleteFrom('registration')
    .where('username', '=', username)
    .where(mayFollow({ sipCallId: callId, cseq }, at));
  if (contact !== '*') binding = binding.where('contact', '=', contact);
  if ((await binding.executeTakeFirst()).numDeletedRows > 0n) return true;
  const standing = await findRegisterOrder(db, username, at);
  return standing?.callId !== callId || standing.cseq < cseq;
}

/** The binding is expired, of another Call-ID or of none, or older: a phone that restarted begins a new Call-ID. */
const mayFollow =
  ({ sipCallId, cseq }: { sipCallId: string; cseq: number }, at: Date) =>
  (binding: ExpressionBuilder<Schema, 'registration'>) =>
    binding.or([
      binding('registration.expiresAt', '<=', at),
      binding('registration.sipCallId', 'is distinct from', sipCallId),
      binding('registration.cseq', '<', cseq),
    ]);

/** The contact that `username` is bound to at `at`, and until when. */
export async function findBinding(
  db: Database,
  username: string,
  at: Date,
): Promise<{ readonly contact: string; readonly expiresAt: Date } | undefined> {
  return db
    .selectFrom('registration')
    .select(['contact', 'expiresAt'])
    .where('username', '=', username)
    .where('expiresAt', '>', at)
    .executeTakeFirst();
}

/** Where the phone that answers `number` can be reached at `at`: the newest binding that has not expired. */
export async function findRegistration(db: Database, number: string, at: Date): Promise<Registration | undefined> {
  const row = await db
    .selectFrom('registration')
    .select(['username', 'contact', 'sourceAddress', 'sourcePort'])
    .where('number', '=', number)
    .where('expiresAt', '>', at)
    .orderBy('registeredAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return undefined;
  const { username, contact, sourceAddress, sourcePort } = row;
  return { username, contact, source: { address: sourceAddress, port: sourcePort } };
}
