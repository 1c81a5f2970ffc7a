import { sql, type RawBuilder } from 'kysely';
import type { Database } from './connect.ts';

/** A facility that families are offered: it is active, and its state is known. */
export interface FacilityChoice {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** The states that have facilities to choose from, in the order of their abbreviations: one look into the index for each. */
export async function statesWithFacilities(db: Database): Promise<string[]> {
  const { rows } = await sql<{ state: string }>`
    with recursive each_state as (
      select min(state) as state from facility where active and state is not null
      union all
      select (select min(state) from facility where active and state > each_state.state)
        from each_state where each_state.state is not null
    )
    select state from each_state where state is not null`.execute(db);
  return rows.map(({ state }) => state);
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
export const facilityChoice = (db: Database, id: string): Promise<FacilityChoice | undefined> => choice(db, 'id', id);

/** The same by the number that is printed in the list of facilities. */
export const facilityNumbered = (db: Database, number: string): Promise<FacilityChoice | undefined> =>
  choice(db, 'number', number);

async function choice(db: Database, column: 'id' | 'number', value: string): Promise<FacilityChoice | undefined> {
  const query = db.selectFrom('facility').select(['id', 'name', 'state']).where(column, '=', value);
  const row = await query.where('active', '=', true).executeTakeFirst();
  return row && row.state !== null ? { ...row, state: row.state } : undefined;
}

/** Plain letters in the place of those with accents: nobody types one to search. */
const plain = (text: RawBuilder<unknown>) =>
  sql`translate(lower(${text}), 'áàâäãéèêëíìîïóòôöõúùûüñç’', 'aaaaaeeeeiiiiooooouuuunc''')`;

/**
 * A page of the active facilities by name, those after `after`: of a state, or with these words in their names, or with this number. There are a few
 * thousand at most: they are read, and no index is kept for it.
 */
export async function searchFacilities(
  db: Database,
  wanted: { readonly state?: string | undefined; readonly words?: string | undefined },
  page: { readonly limit: number; readonly after?: Pick<FacilityChoice, 'name' | 'id'> | undefined },
): Promise<FacilityChoice[]> {
  const { state = null, words = null } = wanted;
  const { limit, after } = page;
  const [afterName, afterId] = [after?.name ?? null, after?.id ?? null];
  const pattern = words === null ? null : `%${words.replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql<FacilityChoice>`
    select id, name, state from facility
    where active and state is not null
      and (${state}::text is null or state = ${state}::text)
      and (${pattern}::text is null or number = ${words}::text or ${plain(sql`name`)} like ${plain(sql`${pattern}::text`)})
      and (${afterName}::text is null or (name, id) > (${afterName}::text, ${afterId}::text))
    order by name, id limit ${limit}`.execute(db);
  return rows;
}
