import { sql } from 'kysely';
import { activeBlock } from '#db/blocks.ts';
import { policyFacts } from '#db/policy.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { people, stations, VALLEY_VIEW } from '#db/seed/demo-world.ts';
import type { Bench } from './bench.ts';
import { spreadOf, type Figure } from './figures.ts';
import { keepBusy, onFreshServer } from './ledger-server.ts';

const BLOCKS = 5_000_000;
const ACCOUNTS = 2_000_000;
const CALLS = 200_000;
const LANES = 4;

/** The questions every call asks, with as many blocks and accounts as a large agency comes to. */
export const lookUps: Bench = {
  name: 'look-ups',
  title: 'Block and policy look-ups with 5,000,000 blocks and 2,000,000 accounts',
  run: ({ quick, say }) =>
    onFreshServer(async (db) => {
      const scale = quick ? 50 : 1;
      await seedDemo(db, { pinPepper: 'bench', realm: 'bench', now: new Date() });
      // Numbers from +12000000000 on; block n and account n have number n, so that some numbers have both, and some neither.
      const number = sql`'+1' || (2000000000 + n)::text`;
      say(`filling: ${BLOCKS / scale} blocks`);
      await sql`insert into block (number, facility_id, placed_by, placed_by_id, placed_at, reason, lifted_by, lifted_at, lift_reason)
        select ${number}, case when n % 3 = 0 then null else ${VALLEY_VIEW} end, 'web', 'u', now() - interval '1 day', 'asked',
          case when n % 10 = 0 then 'agent' end, case when n % 10 = 0 then now() end, case when n % 10 = 0 then 'asked' end
        from generate_series(1, ${sql.lit(BLOCKS / scale)}) as n`.execute(db);
      say(`filling: ${ACCOUNTS / scale} accounts`);
      await sql`insert into account (id, status, opened_at, closed_at)
        select 'a' || n, case when n % 20 = 0 then 'closed' else 'open' end, now(), case when n % 20 = 0 then now() end
        from generate_series(1, ${sql.lit(ACCOUNTS / scale)}) as n`.execute(db);
      await sql`insert into account_number (account_id, number, added_at)
        select 'a' || n, ${number}, now() from generate_series(1, ${sql.lit(ACCOUNTS / scale)}) as n`.execute(db);
      await sql`insert into call (id, facility_id, node, person_id, number, dialled_at, off_hook_at, disposition, cause, ended_by, closed_at)
        select gen_random_uuid(), ${VALLEY_VIEW}, 'n', null, ${number}, now() - n * interval '1 second', now() - n * interval '1 second',
          'talked', '16', 'outside', now() from generate_series(1, ${sql.lit(CALLS / scale)}) as n`.execute(db);
      await sql`vacuum analyze`.execute(db);
      const anyNumber = () => `+1${2_000_000_000 + Math.floor((Math.random() * 1.2 * BLOCKS) / scale)}`;
      const personId = people.find(({ facilityId }) => facilityId === VALLEY_VIEW)?.id ?? '';
      const stationId = stations.find(({ facilityId }) => facilityId === VALLEY_VIEW)?.id ?? '';
      const block = () => activeBlock(db, anyNumber(), { facilityId: VALLEY_VIEW });
      const policy = () =>
        policyFacts(db, { personId, stationId, facilityId: VALLEY_VIEW, number: anyNumber(), at: new Date() });
      const measure = async (what: string, look: () => Promise<unknown>): Promise<Figure[]> => {
        await keepBusy(LANES, 2, look);
        const spreads = [];
        for (let n = 0; n < (quick ? 1 : 3); n++) spreads.push(spreadOf(await keepBusy(LANES, quick ? 2 : 10, look)));
        return [
          { what: `${what}, p50`, unit: 'ms', runs: spreads.map(({ p50 }) => p50) },
          { what: `${what}, p99`, unit: 'ms', runs: spreads.map(({ p99 }) => p99), atMost: 5 },
          { what: `${what}, a second`, unit: '/s', runs: spreads.map(({ n }) => n / (quick ? 2 : 10)) },
        ];
      };
      const figures = [...(await measure('block look-up', block)), ...(await measure('policy look-up', policy))];
      const notes = [
        `${LANES} at a time, numbers at random: five of six have a block, a third an account; nine of ten blocks are active`,
        'the policy look-up is one statement (db/policy.ts); that each part of it uses an index is tested in db/policy.test.ts',
      ];
      return { figures, notes, detail: { blocks: BLOCKS / scale, accounts: ACCOUNTS / scale, calls: CALLS / scale } };
    }),
};
