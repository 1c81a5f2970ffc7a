import { sql } from 'kysely';
import type { Database } from './connect.ts';
import type { Language } from './people.ts';

export interface ServiceTerms {
  readonly version: string;
  /** ISO. */
  readonly inForceFrom: string;
}

/** The terms of service in force on `day` (ISO). Undefined: there are none yet. */
export async function serviceTermsOn(db: Database, day: string): Promise<ServiceTerms | undefined> {
  const { rows } = await sql<ServiceTerms>`
    select version, to_char(in_force_from, 'YYYY-MM-DD') as in_force_from from service_terms
    where in_force_from <= ${day}::text::date order by service_terms.in_force_from desc limit 1`.execute(db);
  return rows[0];
}

/** That the terms were told in a call, and accepted with a key. */
export interface TermsConsent {
  readonly accountId: string;
  readonly version: string;
  readonly callId: string;
  /** In which they were told. */
  readonly language: Language;
  readonly at: Date;
}

export async function addConsent(trx: Database, consent: TermsConsent): Promise<void> {
  await trx.insertInto('termsConsent').values(consent).execute();
}

/** What an account's holder accepted, the latest first. */
export async function consentsOf(db: Database, accountId: string): Promise<TermsConsent[]> {
  const query = db.selectFrom('termsConsent').selectAll().where('accountId', '=', accountId);
  return query.orderBy('at', 'desc').execute();
}
