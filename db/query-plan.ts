import { sql, type CompiledQuery } from 'kysely';
import type { Database } from './connect.ts';

/** What PostgreSQL does for a statement, of EXPLAIN (ANALYZE, BUFFERS): it is run once. */
export interface QueryPlan {
  /** Tables that are read from end to end, by themselves or by an index (of a bitmap the index stands for it), each once. */
  readonly wholeTables: readonly string[];
  /** Indexes that are asked, each once. */
  readonly indexes: readonly string[];
  /** Pages of 8 kB that it looked at: `hit` in PostgreSQL's own memory, `read` from the operating system. */
  readonly pages: { readonly hit: number; readonly read: number };
  readonly planningMs: number;
  readonly executionMs: number;
  /** Whether it was translated to machine code first, which takes longer than any look-up. */
  readonly compiled: boolean;
}

/**
 * `given`: planned for the values at hand, as the first five times in each connection. `any`: the plan that is kept from then on, unless it
 * looks dearer.
 */
export type PlannedFor = 'given' | 'any';

/** Reads how `query` is planned and what it costs. It should change nothing: it is run. */
export async function queryPlan(db: Database, query: CompiledQuery, plannedFor: PlannedFor): Promise<QueryPlan> {
  const mode = { given: 'force_custom_plan', any: 'force_generic_plan' }[plannedFor];
  return db.connection().execute(async (one) => {
    await sql`set plan_cache_mode = ${sql.lit(mode)}`.execute(one);
    await sql`prepare explained as ${sql.raw(query.sql)}`.execute(one);
    try {
      const values = query.parameters.length ? sql`(${sql.join(query.parameters.map(literal))})` : sql``;
      const { rows } = await sql<Record<string, unknown>>`
        explain (analyze, buffers, format json) execute explained${values}`.execute(one);
      return toPlan(Object.values(rows[0] ?? {})[0]);
    } finally {
      await sql`deallocate explained`.execute(one);
      await sql`reset plan_cache_mode`.execute(one);
    }
  });
}

const literal = (value: unknown) => sql.lit(value instanceof Date ? value.toISOString() : value);

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly Node[];
}

function toPlan(explained: unknown): QueryPlan {
  const [whole] = explained as [{ Plan: Node; 'Planning Time': number; 'Execution Time': number; JIT?: unknown }];
  const nodes = withThoseBelow(whole.Plan);
  const once = (names: readonly (string | undefined)[]) => [...new Set(names.flatMap((name) => name ?? []))].sort();
  return {
    wholeTables: once(nodes.filter(readsAll).map((node) => node['Relation Name'] ?? node['Index Name'])),
    indexes: once(nodes.map((node) => node['Index Name'])),
    // A node counts those below it as well.
    pages: { hit: whole.Plan['Shared Hit Blocks'] ?? 0, read: whole.Plan['Shared Read Blocks'] ?? 0 },
    planningMs: whole['Planning Time'],
    executionMs: whole['Execution Time'],
    compiled: whole.JIT !== undefined,
  };
}

/** An index that is read without a condition is a whole table in another order: so it is read when it may not be by itself. */
const readsAll = (node: Node) =>
  node['Node Type'] === 'Seq Scan' || (node['Index Name'] !== undefined && node['Index Cond'] === undefined);

const withThoseBelow = (node: Node): readonly Node[] => [node, ...(node.Plans ?? []).flatMap(withThoseBelow)];
