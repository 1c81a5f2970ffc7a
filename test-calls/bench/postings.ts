import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { openAccount } from '#db/accounts.ts';
import { driftedHolders, post, trialBalance } from '#db/ledger.ts';
import type { Bench } from './bench.ts';
import { rounded, spreadOf, type Figure } from './figures.ts';
import { CONNECTIONS, keepBusy, onFreshServer } from './ledger-server.ts';
import { machineTime } from './machine.ts';
import { cpuOf, postmasterOf, usedByPostgres } from './usage.ts';

const HOLDERS = 1_000;

/** What was done in one turn, and the CPU time that each took of it. */
interface Turn {
  readonly tookMs: readonly number[];
  readonly postgresUs: number;
  readonly nodeUs: number;
  /** Percent of one core that neither PostgreSQL nor this process used. */
  readonly othersPercent: number;
}

/** Postings against plain inserts of a row of about the same size, in turns on the same server. */
export const postings: Bench = {
  name: 'postings',
  title: `Postings a second with every constraint, against plain inserts, on ${CONNECTIONS} connections`,
  run: ({ quick, say }) =>
    onFreshServer(async (db) => {
      const seconds = quick ? 2 : 6;
      const at = new Date();
      const holders = Array.from({ length: HOLDERS }, (_, n) => `holder-${n}`);
      for (const id of holders) await openAccount(db, { id, numbers: [], at });
      await sql`create table plain (id bigint generated always as identity primary key, at timestamptz not null,
        key text not null, kind text not null, cents bigint not null, memo jsonb not null)`.execute(db);
      const memo = { channel: 'web', brand: 'visa', lastFour: '4242' };
      const insert = () =>
        sql`insert into plain (at, key, kind, cents, memo)
          values (${at}::timestamptz, ${randomUUID()}, 'card-deposit', 500, ${JSON.stringify(memo)}::jsonb)`.execute(
          db,
        );
      const deposit = (n: number) => {
        const entries = [
          { ledger: { holder: holders[n % HOLDERS] ?? '' }, cents: 500 },
          { ledger: 'card-clearing', cents: -500 },
        ] as const;
        return post(db, { key: randomUUID(), kind: 'card-deposit', at, entries, memo });
      };
      const postmaster = (await postmasterOf(db)) ?? 0;
      const used = async () => ({
        postgres: (await usedByPostgres(postmaster)).cpuMs,
        node: await cpuOf(process.pid),
        machine: (await machineTime()).busyMs,
      });
      const turn = async (work: (n: number) => Promise<unknown>): Promise<Turn> => {
        const before = await used();
        const tookMs = await keepBusy(CONNECTIONS, seconds, work);
        const after = await used();
        const [postgres, node] = [after.postgres - before.postgres, after.node - before.node];
        const each = (ms: number) => (ms * 1_000) / tookMs.length;
        const others = after.machine - before.machine - postgres - node;
        return { tookMs, postgresUs: each(postgres), nodeUs: each(node), othersPercent: others / (seconds * 10) };
      };
      await keepBusy(CONNECTIONS, 1, insert);
      await keepBusy(CONNECTIONS, 1, deposit);
      const runs: { plain: Turn; posted: Turn }[] = [];
      for (let n = 0; n < (quick ? 1 : 5); n++) {
        const run = { plain: await turn(insert), posted: await turn(deposit) };
        runs.push(run);
        const [plain, posted] = [run.plain, run.posted].map(({ tookMs }) => Math.round(tookMs.length / seconds));
        say(`run ${n + 1}: ${plain} inserts/s, ${posted} postings/s`);
      }
      const drifted = await driftedHolders(db);
      const sum = Object.values(await trialBalance(db)).reduce((total, cents) => total + cents, 0);
      const of = (what: string, unit: string, pick: (run: (typeof runs)[number]) => number): Figure => {
        return { what, unit, runs: runs.map(pick) };
      };
      const figures: Figure[] = [
        of('postings', '/s', ({ posted }) => posted.tookMs.length / seconds),
        of('plain inserts', '/s', ({ plain }) => plain.tookMs.length / seconds),
        {
          ...of(
            'plain inserts for each posting',
            '',
            ({ plain, posted }) => plain.tookMs.length / posted.tookMs.length,
          ),
          atMost: 3,
        },
        of('a posting, p99', 'ms', ({ posted }) => spreadOf(posted.tookMs).p99),
        of('CPU per posting: PostgreSQL', 'us', ({ posted }) => posted.postgresUs),
        of('CPU per posting: Node', 'us', ({ posted }) => posted.nodeUs),
        of('CPU per plain insert: PostgreSQL', 'us', ({ plain }) => plain.postgresUs),
        of('CPU per plain insert: Node', 'us', ({ plain }) => plain.nodeUs),
        { what: 'holders whose balance is not the sum of their entries', unit: '', runs: [drifted.length], atMost: 0 },
        { what: 'debits less credits', unit: 'cents', runs: [Math.abs(sum)], atMost: 0 },
      ];
      const others = runs.flatMap(({ plain, posted }) => [plain.othersPercent, posted.othersPercent]);
      const notes = [
        'fsync and synchronous_commit are on; each is its own transaction, acknowledged when it is on disk',
        `a posting: key, two entries, balance of one of ${HOLDERS} holders, balanced and immutable by constraint, one round trip`,
        `other processes used ${rounded(Math.min(...others))} to ${rounded(Math.max(...others))} % of a core meanwhile`,
      ];
      return { figures, notes, detail: { connections: CONNECTIONS, seconds } };
    }),
};
