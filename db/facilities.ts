import type { Selectable } from 'kysely';
import type { Database } from './connect.ts';
import type { FacilityTable } from './schema/facilities.ts';

export interface Facility {
  readonly id: string;
  readonly name: string;
  readonly agency: string;
  /** Of the United States, as USPS abbreviates it. Without it families are not offered the facility. */
  readonly state?: string | undefined;
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

/** The states that have facilities to choose from, in the order of their abbreviations. */
export async function statesWithFacilities(db: Database): Promise<string[]> {
  const query = db.selectFrom('facility').select('state').distinct().where('active', '=', true);
  const rows = await query.where('state', 'is not', null).orderBy('state').execute();
  return rows.flatMap(({ state }) => state ?? []);
}

export interface FacilityChoice {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** A page of the active facilities of a state by name, those after the choice `after`. */
export async function facilitiesOfState(
  db: Database,
  state: string,
  page: { readonly limit: number; readonly after?: Pick<FacilityChoice, 'name' | 'id'> },
): Promise<FacilityChoice[]> {
  let query = db.selectFrom('facility').select(['id', 'name']).where('active', '=', true).where('state', '=', state);
  if (page.after) {
    const { name, id } = page.after;
    query = query.where((eb) => eb(eb.refTuple('name', 'id'), '>', eb.tuple(name, id)));
  }
  const rows = await query.orderBy('name').orderBy('id').limit(page.limit).execute();
  return rows.map((row) => ({ ...row, state }));
}

/** One facility that families are offered. Undefined: there is none such, or it is not offered. */
export async function facilityChoice(db: Database, id: string): Promise<FacilityChoice | undefined> {
  const query = db.selectFrom('facility').select(['id', 'name', 'state']).where('id', '=', id);
  const row = await query.where('active', '=', true).executeTakeFirst();
  return row && row.state !== null ? { ...row, state: row.state } : undefined;
}
