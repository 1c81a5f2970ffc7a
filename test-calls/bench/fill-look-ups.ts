import { sql, type RawBuilder } from 'kysely';
import type { Database } from '#db/connect.ts';
import { VALLEY_VIEW } from '#db/seed/demo-world.ts';

/** Rows of one statement: each is said when it is in. */
const CHUNK = 250_000;
const LANES = 3;

export interface Sizes {
  readonly blocks: number;
  readonly accounts: number;
  readonly calls: number;
  readonly people: number;
  readonly privileged: number;
}

/**
 * Numbers from +12000000000 on; block n and account n have number n, so that some numbers have both, and some neither. Every check and trigger is
 * in force; foreign keys and indexes are made when everything is in, which takes a third of the time.
 */
export async function fillLookUps(db: Database, sizes: Sizes, say: (text: string) => void): Promise<void> {
  const number = sql`'+1' || (2000000000 + n)::text`;
  const statements: readonly (readonly [what: string, rows: number, insert: RawBuilder<unknown>])[] = [
    [
      'blocks',
      sizes.blocks,
      sql`insert into block (number, facility_id, placed_by, placed_by_id, placed_at, reason, lifted_by, lifted_at, lift_reason)
        select ${number}, case when n % 3 = 0 then null else ${VALLEY_VIEW} end, 'web', 'u', now() - interval '1 day', 'asked',
          case when n % 10 = 0 then 'agent' end, case when n % 10 = 0 then now() end, case when n % 10 = 0 then 'asked' end`,
    ],
    [
      'accounts',
      sizes.accounts,
      // Numbers in order: each draws its own at random otherwise, and two statements would come to the same.
      sql`insert into account (id, number, status, opened_at, closed_at)
        select 'a' || n, with_check_digit(100000000 + n), case when n % 20 = 0 then 'closed' else 'open' end, now(), case when n % 20 = 0 then now() end`,
    ],
    [
      'numbers of accounts',
      sizes.accounts,
      sql`insert into account_number (account_id, number, added_at) select 'a' || n, ${number}, now()`,
    ],
    [
      'calls',
      sizes.calls,
      sql`insert into call (id, facility_id, node, person_id, number, dialled_at, off_hook_at, disposition, cause, ended_by, closed_at)
        select gen_random_uuid(), ${VALLEY_VIEW}, 'n', null, ${number}, now() - n * interval '1 second',
          now() - n * interval '1 second', 'talked', '16', 'outside', now()`,
    ],
    [
      'people',
      sizes.people,
      sql`insert into person (id, facility_id, name, language, pin_digest)
        select 'bench-' || n, ${VALLEY_VIEW}, 'x', 'en', encode(sha256(n::text::bytea), 'hex')`,
    ],
    [
      'stations',
      sizes.people / 20,
      sql`insert into station (id, facility_id, name) select 'bench-' || n, ${VALLEY_VIEW}, 'x'`,
    ],
    [
      'privileged numbers',
      sizes.privileged,
      sql`insert into privileged_number select '+1' || (3000000000 + n), 'attorney', 'bench', now()`,
    ],
  ];
  const begun = performance.now();
  const fill = async () => {
    const left = statements.flatMap(([what, rows, insert]) =>
      Array.from({ length: Math.ceil(rows / CHUNK) }, (_, chunk) => {
        const [from, until] = [chunk * CHUNK + 1, Math.min(rows, (chunk + 1) * CHUNK)];
        const chunkOf = sql`${insert} from generate_series(${sql.lit(from)}, ${sql.lit(until)}) as n`;
        return { insert: chunkOf, told: `${what}: ${from} to ${until} of ${rows}` };
      }),
    );
    const lane = async () => {
      for (let next = left.shift(); next; next = left.shift()) {
        await next.insert.execute(db);
        say(`${next.told}, ${Math.round((performance.now() - begun) / 1_000)} s`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  };
  // Nobody is told of rows that are brought in.
  await sql`alter table block disable trigger block_placed_told`.execute(db);
  await withoutParts(db, ['block', 'account', 'account_number', 'ledger_account', 'call'], fill, say);
  await sql`alter table block enable trigger block_placed_told`.execute(db);
}

interface Part {
  readonly relation: string;
  readonly name: string;
  readonly definition: string;
}

/** Foreign keys and indexes that belong to no constraint are left out while `fill` runs, and made at once when everything is in. */
async function withoutParts(
  db: Database,
  tables: readonly string[],
  fill: () => Promise<void>,
  say: (text: string) => void,
): Promise<void> {
  const { rows: keys } = await sql<Part>`
    select conrelid::regclass::text as relation, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and conrelid::regclass::text in (${sql.join(tables)})`.execute(db);
  const { rows: indexes } = await sql<Part>`
    select indrelid::regclass::text as relation, indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition
    from pg_index where indrelid::regclass::text in (${sql.join(tables)})
      and not exists (select from pg_constraint where conindid = indexrelid)`.execute(db);
  for (const { relation, name } of keys)
    await sql`alter table ${sql.table(relation)} drop constraint ${sql.ref(name)}`.execute(db);
  for (const { name } of indexes) await sql`drop index ${sql.table(name)}`.execute(db);
  await fill();
  for (const { name, definition } of indexes) {
    say(`index ${name}`);
    await sql.raw(definition).execute(db);
  }
  for (const { relation, name, definition } of keys) {
    say(`foreign key ${name}`);
    await sql`alter table ${sql.table(relation)} add constraint ${sql.ref(name)} ${sql.raw(definition)}`.execute(db);
  }
}
