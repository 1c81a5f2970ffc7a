import type { Database } from './connect.ts';

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

/** Keeps one binding per phone; a newer REGISTER replaces it. */
export async function saveRegistration(
  db: Database,
  registration: Registration & { readonly number?: string; readonly expiresAt: Date },
): Promise<void> {
  const { username, number = null, contact, source, expiresAt } = registration;
  const binding = { number, contact, sourceAddress: source.address, sourcePort: source.port, expiresAt };
  await db
    .insertInto('registration')
    .values({ username, ...binding })
    .onConflict((conflict) => conflict.column('username').doUpdateSet({ ...binding, registeredAt: new Date() }))
    .execute();
}

/** Removes the phone's binding if it is to this contact; `*` is any. */
export async function removeRegistration(db: Database, username: string, contact: string): Promise<void> {
  let binding = db.deleteFrom('registration').where('username', '=', username);
  if (contact !== '*') binding = binding.where('contact', '=', contact);
  await binding.execute();
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
