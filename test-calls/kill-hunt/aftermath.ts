import { sql } from 'kysely';
import { booksOf } from '../demo-866/books.ts';
import type { Stage } from '../stage.ts';

export interface Aftermath {
  readonly calls: number;
  readonly dispositions: Readonly<Record<string, number>>;
  readonly recordings: Readonly<Record<string, number>>;
  readonly charges: number;
  /** Deposits that died before the gateway was asked: given up when nothing of them can be on its way any more, after an hour. */
  readonly neverCharged: number;
  readonly faults: readonly string[];
}

/** What is left undone; each line one thing that must not be. */
async function left(stage: Stage): Promise<string[]> {
  const { db } = stage.system;
  const count = async (what: string, from: ReturnType<typeof sql<{ n: string }>>): Promise<string[]> => {
    const { rows } = await from.execute(db);
    return rows[0]?.n === '0' ? [] : [`${what}: ${rows[0]?.n}`];
  };
  const faults = [
    ...(await count(
      'calls without an ending',
      sql`select count(*) n from call where closed_at is null or disposition is null`,
    )),
    ...(await count(
      'calls whose end was told twice',
      sql`select count(*) n from (select call_id from call_event where kind = 'closed' group by 1 having count(*) > 1) e`,
    )),
    ...(await count(
      'calls of the 866 line without an end',
      sql`select count(*) n from line_call where ended_at is null`,
    )),
    ...(await count('legs of the desk without an end', sql`select count(*) n from desk_leg where ended_at is null`)),
    ...(await count('holds that hold', sql`select count(*) n from hold where state = 'held'`)),
    ...(await count('money that is held', sql`select count(*) n from ledger_account where held_cents <> 0`)),
    ...(await count(
      'deposits that the gateway took and nobody wrote down',
      sql`select count(*) n from deposit d join sandbox_charge c on c.idempotency_key = d.id::text where d.state = 'intended'`,
    )),
    ...(await count(
      'recordings that are not stored',
      sql`select count(*) n from recording where state in ('started', 'finished')`,
    )),
    ...(await count(
      'recordings that had begun and are absent',
      sql`select count(*) n from recording where state = 'absent' and started_at is not null`,
    )),
    ...(await count('recordings that may still begin', sql`select count(*) n from recording where state = 'intended'`)),
    ...(await count('what was never handed to jobs', sql`select count(*) n from outbox where handed_at is null`)),
  ];
  for (const name of ['media', 'media-2'] as const) {
    const { state } = (await dump(stage, name)) as { state: { channels: unknown[] } };
    if (state.channels.length > 0) faults.push(`channels on ${name}: ${state.channels.length}`);
  }
  return faults;
}

const dump = async (stage: Stage, name: 'media' | 'media-2'): Promise<unknown> =>
  (await fetch(`http://127.0.0.1:${stage.system.supervisor.ports(name)['observe']}/dump`)).json();

/** What the hunt left behind, once the platform has had its time to put everything in order. */
export async function aftermathOf(stage: Stage, withinMs: number): Promise<Aftermath> {
  const { db } = stage.system;
  const untilMs = performance.now() + withinMs;
  let faults = await left(stage);
  while (faults.length > 0 && performance.now() < untilMs) {
    await stage.pause(1_000);
    faults = await left(stage);
  }
  const books = await booksOf(db);
  const counted = async (query: ReturnType<typeof sql<{ word: string; n: string }>>) =>
    Object.fromEntries((await query.execute(db)).rows.map(({ word, n }) => [word, Number(n)]));
  const dispositions = await counted(sql`select disposition word, count(*) n from call group by 1 order by 2 desc`);
  return {
    calls: Object.values(dispositions).reduce((sum, n) => sum + n, 0),
    dispositions,
    recordings: await counted(sql`select state word, count(*) n from recording group by 1 order by 1`),
    charges: books.gateway.charges,
    neverCharged: (await counted(sql`select state word, count(*) n from deposit group by 1`))['intended'] ?? 0,
    faults: [...faults, ...books.faults],
  };
}
