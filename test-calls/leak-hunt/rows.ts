import { sql } from 'kysely';
import type { Database } from '#db/connect.ts';
import type { Search } from './search.ts';

export interface RowsSearched {
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Searches every row of every table, each as JSON (bytes as hexadecimal), in the order in which they lie in it. */
export async function searchRows(search: Search, db: Database): Promise<RowsSearched> {
  const { rows: tables } = await sql<{ folder: string; name: string }>`
    select table_schema as folder, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
    order by 1, 2`.execute(db);
  const searched = { tables: tables.length, rows: 0, bytes: 0 };
  for (const { folder, name } of tables) {
    const table = sql.id(folder, name);
    const { rows } = await sql<{ line: string }>`select row_to_json(one)::text as line from ${table} as one`.execute(
      db,
    );
    const text = rows.map(({ line }) => line).join('\n');
    search.text(`table ${folder}.${name}`, text);
    searched.rows += rows.length;
    searched.bytes += text.length;
  }
  return searched;
}
