import { sql } from 'kysely';
import { standingOf, type AccountStanding } from './accounts.ts';
import { actorOf, type Actor, type ActorKind } from './blocks.ts';
import type { Database } from './connect.ts';

/** An active block as it is listed. */
export interface ListedBlock {
  readonly id: string;
  readonly placedAt: Date;
  /** 'all': every facility. */
  readonly site: 'all' | { readonly facilityId: string; readonly name: string };
  readonly placedBy: Actor;
}

export interface BlocksOfNumber {
  /** How the number stands with accounts. */
  readonly standing: AccountStanding;
  /** Whether it is an authorised number of the account that was asked about, and that one is open. */
  readonly owned: boolean;
  /** The newest first. */
  readonly blocks: readonly ListedBlock[];
}

interface Row {
  standing: AccountStanding;
  owned: boolean;
  id: string | null;
  facilityId: string | null;
  facilityName: string | null;
  placedAt: Date;
  placedBy: ActorKind;
  placedById: string | null;
  placedInCall: string | null;
}

/** Active blocks of a number, those placed before the one with the id `before`, in one statement with whose number it is. */
export async function activeBlocks(
  db: Database,
  about: { readonly number: string; readonly accountId?: string | undefined },
  page: { readonly limit: number; readonly before?: string | undefined },
): Promise<BlocksOfNumber> {
  const { number, accountId = null } = about;
  const { limit, before = null } = page;
  const { rows } = await sql<Row>`
    with facts as (select ${standingOf(number)} as standing, exists (
      select from account_number join account on account.id = account_number.account_id
      where account_number.number = ${number} and account.id = ${accountId}::text and account.status = 'open') as owned)
    select facts.*, listed.* from facts left join (
      select block.id, block.facility_id, facility.name as facility_name,
        block.placed_at, block.placed_by, block.placed_by_id, block.placed_in_call
      from block left join facility on facility.id = block.facility_id
      where block.number = ${number} and block.lifted_at is null and (${before}::bigint is null or block.id < ${before}::bigint)
      order by block.id desc limit ${limit}) as listed on true
    order by listed.id desc`.execute(db);
  const [first] = rows;
  if (!first) throw new Error('A query for one row gave none.');
  const { standing, owned } = first;
  const blocks = rows.flatMap(({ id, facilityId, facilityName, placedAt, placedBy, placedById, placedInCall }) => {
    if (id === null) return [];
    const site = facilityId === null ? ('all' as const) : { facilityId, name: facilityName ?? facilityId };
    return [{ id: String(id), placedAt, site, placedBy: actorOf(placedBy, placedById, placedInCall) }];
  });
  return { standing, owned, blocks };
}
