import { sql } from 'kysely';
import { activeBlock } from '#db/blocks.ts';
import { policyFacts } from '#db/policy.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { people, stations, VALLEY_VIEW } from '#db/seed/demo-world.ts';
import type { Bench } from './bench.ts';
import { spreadOf, type Figure } from './figures.ts';
import { fillLookUps } from './fill-look-ups.ts';
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
      await fillLookUps(db, { blocks: BLOCKS / scale, accounts: ACCOUNTS / scale, calls: CALLS / scale }, say);
      say('vacuum analyze');
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
