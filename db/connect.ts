import { CamelCasePlugin, Kysely } from 'kysely';
import { PoolDialect } from './pool.ts';
import type { Schema } from './schema.ts';

/** The database, or a transaction on it: every function of this room takes either. */
export type Database = Kysely<Schema>;

export interface DatabaseOptions {
  /** Connections at most. */
  readonly max?: number;
  /** Longest wait for a connection, in milliseconds. */
  readonly connectMs?: number;
  /** Longest time for one statement, in milliseconds. */
  readonly statementMs?: number;
  /** What `pg_stat_activity` shows, e.g. 'homeline ivr'. */
  readonly name?: string;
  /**
   * Every statement asks an index where there is one that answers it. A connection keeps its plans: one made while a table was empty reads it from
   * end to end, which is right then, and goes on doing so when a million rows have been brought in, until PostgreSQL next counts them.
   */
  readonly byIndex?: boolean;
}

/**
 * Opens the database; the first statement connects. A statement ends within `connectMs` (for a free connection) plus `connectMs +
 * statementMs` and a second: with rows, with the error the server names, or with DatabaseUnavailable. After an outage the next statement
 * connects anew.
 */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const { max = 10, connectMs = 2_000, statementMs = 5_000, name = 'homeline', byIndex = false } = options;
  return new Kysely<Schema>({
    dialect: new PoolDialect({ url, max, connectMs, statementMs, name, byIndex }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
}
