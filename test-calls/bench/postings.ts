import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { openAccount } from '#db/accounts.ts';
import { driftedHolders, post, trialBalance } from '#db/ledger.ts';
import type { Bench } from './bench.ts';
import { spreadOf, type Figure } from './figures.ts';
import { CONNECTIONS, keepBusy, onFreshServer } from './ledger-server.ts';

const HOLDERS = 1_000;

/** Postings against plain inserts of a row of about the same size, in turns on the same server. */
export const postings: Bench = {
  name: 'postings',
  title: `Postings a second with every constraint, against plain inserts, on ${CONNECTIONS} connections`,
  run: ({ quick, say }) =>
    onFreshServer(async (db) => {
      const seconds = quick ? 2 : 10;
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
      await keepBusy(CONNECTIONS, 1, insert);
      await keepBusy(CONNECTIONS, 1, deposit);
      const runs: { plain: number[]; posted: number[] }[] = [];
      for (let n = 0; n < (quick ? 1 : 3); n++) {
        const [plain, posted] = [
          await keepBusy(CONNECTIONS, seconds, insert),
          await keepBusy(CONNECTIONS, seconds, deposit),
        ];
        runs.push({ plain, posted });
        say(
          `run ${n + 1}: ${Math.round(plain.length / seconds)} inserts/s, ${Math.round(posted.length / seconds)} postings/s`,
        );
      }
      const drifted = await driftedHolders(db);
      const sum = Object.values(await trialBalance(db)).reduce((total, cents) => total + cents, 0);
      const figures: Figure[] = [
        { what: 'postings', unit: '/s', runs: runs.map(({ posted }) => posted.length / seconds) },
        { what: 'plain inserts', unit: '/s', runs: runs.map(({ plain }) => plain.length / seconds) },
        {
          what: 'plain inserts for each posting',
          unit: '',
          runs: runs.map(({ plain, posted }) => plain.length / posted.length),
          atMost: 3,
        },
        { what: 'a posting, p99', unit: 'ms', runs: runs.map(({ posted }) => spreadOf(posted).p99) },
        { what: 'holders whose balance is not the sum of their entries', unit: '', runs: [drifted.length], atMost: 0 },
        { what: 'debits less credits', unit: 'cents', runs: [Math.abs(sum)], atMost: 0 },
      ];
      const notes = [
        'fsync and synchronous_commit are on; each is its own transaction, acknowledged when it is on disk',
        `a posting: key, two entries, balance of one of ${HOLDERS} holders, balanced and immutable by constraint, one round trip`,
      ];
      return { figures, notes, detail: { connections: CONNECTIONS, seconds } };
    }),
};
