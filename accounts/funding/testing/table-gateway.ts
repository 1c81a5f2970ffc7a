import { sql } from 'kysely';
import type { Database } from '#db/connect.ts';
import type { Charger } from '../../deposits/charger.ts';

/** The books of a gateway that outlives every process of ours: what it took, and how often it was asked to. */
export async function openTableGateway(db: Database): Promise<void> {
  await sql`create table gateway_record (key text primary key, cents integer not null)`.execute(db);
  await sql`create table gateway_request (key text not null)`.execute(db);
}

/** Approves everything; told of 'charge' before it takes the money and of 'charged' before it says so. */
export const tableGateway = (
  db: Database,
  onStep: (step: 'charge' | 'charged') => void = () => undefined,
): Charger => ({
  async charge({ key, cents }) {
    onStep('charge');
    await sql`insert into gateway_record (key, cents) values (${key}, ${cents}) on conflict do nothing`.execute(db);
    await sql`insert into gateway_request (key) values (${key})`.execute(db);
    onStep('charged');
    return { kind: 'captured', gatewayId: key };
  },
  async outcomeOf(key) {
    const { rows } = await sql`select from gateway_record where key = ${key}`.execute(db);
    return rows.length > 0 ? { kind: 'captured', gatewayId: key } : { kind: 'absent' };
  },
});

/** Charges in cents, and requests for them. */
export async function recordOf(db: Database): Promise<{ charges: number[]; requests: number }> {
  const charges = await sql<{ cents: number }>`select cents from gateway_record`.execute(db);
  const requests = await sql`select from gateway_request`.execute(db);
  return { charges: charges.rows.map(({ cents }) => cents), requests: requests.rows.length };
}
