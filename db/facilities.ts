import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { FacilityTable } from './schema/facilities.ts';

export interface Facility {
  readonly id: string;
  readonly name: string;
  readonly agency: string;
  /** Of the United States, as USPS abbreviates it. Without it families are not offered the facility. */
  readonly state?: string | undefined;
  /** Printed in the list of facilities: one to eight digits, none of another facility. */
  readonly number?: string | undefined;
  /** IANA name, e.g. America/Los_Angeles. */
  readonly timeZone: string;
  readonly defaultLanguage: 'en' | 'es';
  readonly callingHours: CallingHours;
  readonly talkLimitSeconds: number;
  readonly offerKeys: OfferKeys;
  readonly velocity: VelocityLimits;
  readonly recordNames: 'approved-by-default' | 'reviewed';
  readonly active: boolean;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';
/** Local times 'HH:MM'; `to` may be '24:00'. A day that is missing has no calling hours. */
export type CallingHours = Partial<Record<Weekday, ReadonlyArray<{ readonly from: string; readonly to: string }>>>;

/** One DTMF character each, all different. */
export interface OfferKeys {
  readonly accept: string;
  readonly refuse: string;
  readonly block: string;
  readonly language: string;
}

export interface VelocityLimits {
  readonly attemptsPerPersonPerHour: number;
  readonly attemptsPerNumberPerDay: number;
}

export const toFacility = (row: Selectable<FacilityTable>): Facility => ({
  id: row.id,
  name: row.name,
  agency: row.agency,
  ...(row.state !== null && { state: row.state }),
  ...(row.number !== null && { number: row.number }),
  timeZone: row.timeZone,
  defaultLanguage: row.defaultLanguage,
  callingHours: row.callingHours,
  talkLimitSeconds: row.talkLimitSeconds,
  offerKeys: { accept: row.acceptKey, refuse: row.refuseKey, block: row.blockKey, language: row.languageKey },
  velocity: {
    attemptsPerPersonPerHour: row.attemptsPerPersonPerHour,
    attemptsPerNumberPerDay: row.attemptsPerNumberPerDay,
  },
  recordNames: row.recordNames,
  active: row.active,
});

const toRow = (facility: Facility) => ({
  name: facility.name,
  agency: facility.agency,
  state: facility.state ?? null,
  number: facility.number ?? null,
  timeZone: facility.timeZone,
  defaultLanguage: facility.defaultLanguage,
  callingHours: JSON.stringify(facility.callingHours),
  talkLimitSeconds: facility.talkLimitSeconds,
  acceptKey: facility.offerKeys.accept,
  refuseKey: facility.offerKeys.refuse,
  blockKey: facility.offerKeys.block,
  languageKey: facility.offerKeys.language,
  attemptsPerPersonPerHour: facility.velocity.attemptsPerPersonPerHour,
  attemptsPerNumberPerDay: facility.velocity.attemptsPerNumberPerDay,
  recordNames: facility.recordNames,
  active: facility.active,
});

/** Adds the facility or brings it up to date. */
export async function saveFacility(db: Database, facility: Facility): Promise<void> {
  const row = toRow(facility);
  await db
    .insertInto('facility')
    .values({ id: facility.id, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function findFacility(db: Database, id: string): Promise<Facility | undefined> {
  const row = await db.selectFrom('facility').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toFacility(row);
}

export async function listFacilities(db: Database): Promise<Facility[]> {
  return (await db.selectFrom('facility').selectAll().orderBy('name').execute()).map(toFacility);
}

/** Those that calls can come from: they have a station. By name. */
export async function listServedFacilities(db: Database): Promise<Facility[]> {
  const having = db.selectFrom('station').select('facilityId');
  const rows = await db.selectFrom('facility').selectAll().where('id', 'in', having).orderBy('name').execute();
  return rows.map(toFacility);
}
