import { sql } from 'kysely';
import type { Database } from '../connect.ts';
import { highest, inFacilities, lowest, type WithinFacilities } from './range.ts';

/** A telephone number (E.164) that is known here, with the account that answers for it, an open one first. */
export interface FoundNumber {
  readonly number: string;
  readonly accountNumber: string | null;
  readonly holder: string | null;
}

export interface FoundHolder {
  readonly id: string;
  readonly number: string;
  readonly status: 'open' | 'closed';
  /** Null: nobody has written a name down. */
  readonly holder: string | null;
  /** E.164: the oldest authorised number. */
  readonly phone: string | null;
}

export interface FoundPerson {
  readonly id: string;
  readonly name: string;
  readonly facilityName: string;
}

/** Of a search: how many at most. */
export interface Most {
  readonly most: number;
}

/** Telephone numbers that begin so ("+1213"), of accounts, blocks and calls; of each table one look into its index for each number. */
export const numbersStartingQuery = (prefix: string, { most }: Most) => sql<FoundNumber>`
  with recursive ${sql.join((['account_number', 'block', 'call'] as const).map((table) => eachNumber(table, prefix)))},
  known as (
    (select number from of_account_number where number is not null limit ${sql.lit(most)})
    union (select number from of_block where number is not null limit ${sql.lit(most)})
    union (select number from of_call where number is not null limit ${sql.lit(most)})
    order by number limit ${sql.lit(most)})
  select known.number, account.number as account_number, account.holder
  from known left join lateral (
    select account.number, profile.first_name || ' ' || profile.last_name as holder
    from account_number mine join account on account.id = mine.account_id
    left join account_profile profile on profile.account_id = account.id
    where mine.number = known.number order by account.status desc, account.opened_at desc limit 1) as account on true
  order by known.number`;

/** Each number of a table that lies in the range, once, in order. */
function eachNumber(table: 'account_number' | 'block' | 'call', prefix: string) {
  const [from, until] = [sql`${lowest(prefix)}::text`, sql`${highest(prefix)}::text`];
  const each = sql.ref(`of_${table}`);
  const next = (after: ReturnType<typeof sql>) => sql`(
    select number from ${sql.ref(table)} where number ${after} and number <= ${until} order by number limit 1)`;
  return sql`${each} as (
    ${next(sql`>= ${from}`)} union all select ${next(sql`> ${each}.number`)} from ${each} where ${each}.number is not null)`;
}

export const numbersStarting = async (db: Database, prefix: string, most: Most): Promise<FoundNumber[]> =>
  (await numbersStartingQuery(prefix, most).execute(db)).rows;

const holders = (found: ReturnType<typeof sql>) => sql<FoundHolder>`
  select account.id, account.number, account.status, profile.first_name || ' ' || profile.last_name as holder, (
    select mine.number from account_number mine where mine.account_id = account.id order by mine.added_at, mine.number limit 1) as phone
  from (${found}) as found join account on account.id = found.id
  left join account_profile profile on profile.account_id = account.id
  order by found.sorted, account.number`;

/** Accounts whose number begins with these digits, one to ten. */
export const accountsStartingQuery = (digits: string, { most }: Most) =>
  holders(sql`
    select id, number as sorted from account
    where number >= ${digits.padEnd(10, '0')}::text and number <= ${digits.padEnd(10, '9')}::text order by number limit ${sql.lit(most)}`);

export const accountsStarting = async (db: Database, digits: string, most: Most): Promise<FoundHolder[]> =>
  (await accountsStartingQuery(digits, most).execute(db)).rows;

/** Ranges of folded names, as they are sorted in the index: from the typed text to the last that begins with it. */
const begins = (name: ReturnType<typeof sql>, typed: string) =>
  sql`${name} collate "C" >= folded(${typed}::text) and ${name} collate "C" < folded(${typed}::text) || chr(1114111)`;

const oneOf = (
  ways: readonly (readonly [table: string, id: string, name: ReturnType<typeof sql>])[],
  only: ReturnType<typeof sql>,
  typed: string,
  most: number,
) => sql`
  select id, min(sorted) as sorted from (${sql.join(
    ways.map(
      ([table, id, name]) => sql`(
        select ${sql.ref(id)} as id, ${name} collate "C" as sorted from ${sql.ref(table)}
        where ${begins(name, typed)} ${only} order by ${name} collate "C" limit ${sql.lit(most)})`,
    ),
    sql` union all `,
  )}) as way group by id order by min(sorted) limit ${sql.lit(most)}`;

const firstName = sql`folded(first_name || ' ' || last_name)`;
const lastName = sql`folded(last_name || ' ' || first_name)`;

/** Accounts whose holder's name begins so, whichever of its two is typed first. */
export const accountsNamedQuery = (typed: string, { most }: Most) =>
  holders(
    oneOf(
      [
        ['account_profile', 'account_id', firstName],
        ['account_profile', 'account_id', lastName],
      ],
      sql``,
      typed,
      most,
    ),
  );

export const accountsNamed = async (db: Database, typed: string, most: Most): Promise<FoundHolder[]> =>
  (await accountsNamedQuery(typed, most).execute(db)).rows;

/** People whose name begins so, or the last word of it, or whose number at the facility does; of these facilities alone, where there are some. */
export const peopleNamedQuery = (typed: string, { most, facilityIds }: Most & WithinFacilities) => sql<FoundPerson>`
  select person.id, person.name, facility.name as facility_name
  from (${oneOf(
    [
      ['person', 'id', sql`folded(name)`],
      ['person', 'id', sql`folded(last_word_first(name))`],
      ['person', 'id', sql`folded(id)`],
    ],
    sql`and active ${inFacilities('person.facility_id', facilityIds)}`,
    typed,
    most,
  )}) as found join person on person.id = found.id join facility on facility.id = person.facility_id
  order by found.sorted, person.id`;

export const peopleNamed = async (
  db: Database,
  typed: string,
  where: Most & WithinFacilities,
): Promise<FoundPerson[]> => (await peopleNamedQuery(typed, where).execute(db)).rows;
