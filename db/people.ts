import { createHmac } from 'node:crypto';
import type { Database } from './connect.ts';

export type Language = 'en' | 'es';

/** An incarcerated person. */
export interface Person {
  readonly id: string;
  readonly facilityId: string;
  readonly name: string;
  readonly language: Language;
  readonly active: boolean;
  /** The newest approved name the person spoke, or, if none is approved yet, the newest. */
  readonly spokenName?: { readonly path: string; readonly approved: boolean };
}

/**
 * What stands for a PIN in the database: HMAC-SHA256 (hex) under a secret pepper that the database does not know, so that a copy of the
 * table tells nobody a PIN of four digits. The facility is part of it: the same PIN in two facilities looks different.
 */
export const pinDigest = (pepper: string, facilityId: string, pin: string | Uint8Array): string =>
  createHmac('sha256', pepper).update(`${facilityId}\0`).update(pin).digest('hex');

/** `digest` as pinDigest() makes it; a PIN itself never enters SQL. */
export async function findPersonByPin(db: Database, facilityId: string, digest: string): Promise<Person | undefined> {
  const row = await db
    .selectFrom('person')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('spokenName')
          .select(['path', 'approved'])
          .whereRef('spokenName.personId', '=', 'person.id')
          .orderBy('approved', 'desc')
          .orderBy('recordedAt', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .as('spoken'),
      (join) => join.onTrue(),
    )
    .select(['person.id', 'facilityId', 'name', 'language', 'active', 'spoken.path', 'spoken.approved'])
    .where('facilityId', '=', facilityId)
    .where('pinDigest', '=', digest)
    .executeTakeFirst();
  if (!row) return undefined;
  const { path, approved, ...person } = row;
  return { ...person, ...(path !== null && approved !== null && { spokenName: { path, approved } }) };
}

/** Adds the person or brings them up to date. */
export async function savePerson(
  db: Database,
  person: Omit<Person, 'spokenName'> & { readonly pinDigest: string },
): Promise<void> {
  const { id, facilityId, name, language, active, pinDigest: digest } = person;
  const row = { facilityId, name, language, active, pinDigest: digest };
  await db
    .insertInto('person')
    .values({ id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

/** Keeps the name a person spoke; from now on it is theirs. Saying the same path again changes nothing. */
export async function saveSpokenName(
  db: Database,
  personId: string,
  name: {
    readonly path: string;
    readonly sha256: string;
    readonly seconds: number;
    readonly approved: boolean;
    readonly at: Date;
  },
): Promise<void> {
  const { path, sha256, seconds, approved, at } = name;
  await db
    .insertInto('spokenName')
    .values({ personId, path, sha256, seconds, approved, recordedAt: at })
    .onConflict((conflict) => conflict.constraint('spoken_name_once').doNothing())
    .execute();
}
