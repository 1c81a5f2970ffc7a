import { sql } from 'kysely';
import type { Database } from './connect.ts';
import { toFacility, type Facility } from './facilities.ts';

/** An inside phone, or a facility's trunk. */
export interface Station {
  readonly id: string;
  readonly facilityId: string;
  readonly name: string;
  readonly active: boolean;
  /** As whom the phone registers; a trunk has none. */
  readonly username?: string;
}

export interface StationAt {
  readonly station: Station;
  readonly facility: Facility;
}

const stations = (db: Database) =>
  db
    .selectFrom('station')
    .innerJoin('facility', 'facility.id', 'station.facilityId')
    .selectAll('facility')
    .select((eb) => [
      'station.id as stationId',
      'station.name as stationName',
      'station.active as stationActive',
      eb
        .selectFrom('credential')
        .select('credential.username')
        .whereRef('credential.stationId', '=', 'station.id')
        .orderBy('credential.username')
        .limit(1)
        .as('username'),
    ]);

type Row = Awaited<ReturnType<ReturnType<typeof stations>['executeTakeFirstOrThrow']>>;

const toStationAt = (row: Row): StationAt => ({
  station: {
    id: row.stationId,
    facilityId: row.id,
    name: row.stationName,
    active: row.stationActive,
    ...(row.username !== null && { username: row.username }),
  },
  facility: toFacility(row),
});

/** The trunk that sends from this address; one known by address and port wins over one known by address alone. */
export async function findStationByTrunk(
  db: Database,
  source: { readonly address: string; readonly port: number },
): Promise<StationAt | undefined> {
  const row = await stations(db)
    .innerJoin('trunk', 'trunk.stationId', 'station.id')
    .where('trunk.address', '=', sql<string>`${source.address}::text::inet`)
    .where((eb) => eb.or([eb('trunk.port', '=', source.port), eb('trunk.port', 'is', null)]))
    .orderBy('trunk.port', (order) => order.asc().nullsLast())
    .limit(1)
    .executeTakeFirst();
  return row && toStationAt(row);
}

export async function findStation(db: Database, stationId: string): Promise<StationAt | undefined> {
  const row = await stations(db).where('station.id', '=', stationId).executeTakeFirst();
  return row && toStationAt(row);
}

/** Adds the station or brings it up to date. */
export async function saveStation(db: Database, station: Omit<Station, 'username'>): Promise<void> {
  const { id, facilityId, name, active } = station;
  await db
    .insertInto('station')
    .values({ id, facilityId, name, active })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ facilityId, name, active }))
    .execute();
}

/** Says that what comes from this address (and port, if given) is the station's. */
export async function saveTrunk(
  db: Database,
  trunk: { readonly address: string; readonly port?: number; readonly stationId: string },
): Promise<void> {
  const { address, port = null, stationId } = trunk;
  await db
    .insertInto('trunk')
    .values({ address, port, stationId })
    .onConflict((conflict) => conflict.constraint('trunk_source').doUpdateSet({ stationId }))
    .execute();
}
