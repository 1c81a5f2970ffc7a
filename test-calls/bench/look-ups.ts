import { sql, type CompiledQuery } from 'kysely';
import { activeBlock, activeBlockQuery } from '#db/blocks.ts';
import type { Database } from '#db/connect.ts';
import { policyFacts, policyQuery } from '#db/policy.ts';
import { queryPlan, type QueryPlan } from '#db/query-plan.ts';
import { seedDemo } from '#db/seed/demo.ts';
import { people, stations, VALLEY_VIEW } from '#db/seed/demo-world.ts';
import type { Bench } from './bench.ts';
import { spreadOf, type Figure, type Spread } from './figures.ts';
import { fillLookUps, type Sizes } from './fill-look-ups.ts';
import { keepBusy, keepPace, onFreshServer } from './ledger-server.ts';
import { machineTime } from './machine.ts';
import { StatementTimes, type StatementTime } from './statement-time.ts';
import { cpuOf, postmasterOf, usedByPostgres } from './usage.ts';

const SIZES: Sizes = { blocks: 5_000_000, accounts: 2_000_000, calls: 200_000, people: 100_000, privileged: 50_000 };
const LANES = 4;
/** Attempts of the busiest second that a large agency plans for are 91. */
const PACE = 100;
const WARM_UP_SECONDS = 2;
/** More pages than any look-up by index comes to (measured: 29). */
const PAGES = 100;

/** The questions every call asks, with as many blocks and accounts as a large agency comes to. */
export const lookUps: Bench = {
  name: 'look-ups',
  title: 'Block and policy look-ups with 5,000,000 blocks and 2,000,000 accounts',
  run: ({ quick, say }) => {
    const times = new StatementTimes();
    return onFreshServer(
      async (db) => {
        const scale = quick ? 50 : 1;
        const sizes = Object.fromEntries(Object.entries(SIZES).map(([what, n]) => [what, n / scale]));
        await seedDemo(db, { pinPepper: 'bench', realm: 'bench', now: new Date() });
        await fillLookUps(db, sizes as unknown as Sizes, say);
        // What a server that has run for a day has behind it: rows known to be visible, statistics, everything written.
        say('vacuum analyze, checkpoint');
        await sql`vacuum analyze`.execute(db);
        await sql`checkpoint`.execute(db);
        const { block, policy, plans } = questions(db, SIZES.blocks / scale);
        const planned = await plans();
        const seconds = quick ? 2 : 10;
        const figures: Figure[] = [];
        const others: number[] = [];
        // A round trip that looks nothing up: what the machine, the socket and Node take of the others.
        const bare = (one: Database) => sql`select 1`.execute(one);
        for (const [what, look] of [
          ['bare round trip', bare],
          ['block look-up', block],
          ['policy look-up', policy],
        ] as const) {
          say(
            `${what}: ${WARM_UP_SECONDS} s to warm up, then ${seconds} s each of ${PACE} a second and of ${LANES} at a time`,
          );
          const atMost = what === 'bare round trip' ? undefined : 5;
          await keepBusy(LANES, WARM_UP_SECONDS, () => look(db));
          const turns: Turn[] = [];
          for (let n = 0; n < (quick ? 1 : 3); n++) turns.push(await turn(db, seconds, () => look(db)));
          const own = await times.of(db, quick ? 500 : 5_000, look);
          figures.push(...ownFigures(what, own, atMost), ...figuresOf(what, turns, seconds, atMost));
          others.push(...turns.map(({ othersPercent }) => othersPercent));
        }
        const notes = [
          `numbers at random: five of six have a block, a third an account; nine of ten blocks are active`,
          `"evenly": ${PACE} a second, as calls come; "flat out": ${LANES} at a time, each after the other`,
          `what misses 5 ms while the bare round trip does as well is missed by the machine; others used ${Math.round(Math.min(...others))} to ${Math.round(Math.max(...others))} % of a core`,
          ...planned.map(({ what, plan }) => told(what, plan)),
        ];
        return { figures, notes, detail: { sizes, plans: planned } };
      },
      // As processes/ivr.ts opens it.
      { byIndex: true, log: times.hear },
    );
  },
};

/** The two questions, and how each is planned for values given and any. Throws when a table is read whole. */
function questions(db: Database, blocks: number) {
  const number = () => `+1${2_000_000_000 + Math.floor(Math.random() * 1.2 * blocks)}`;
  const scope = { facilityId: VALLEY_VIEW };
  const personId = people.find(({ facilityId }) => facilityId === VALLEY_VIEW)?.id ?? '';
  const stationId = stations.find(({ facilityId }) => facilityId === VALLEY_VIEW)?.id ?? '';
  const asked = () => ({ personId, stationId, facilityId: VALLEY_VIEW, number: number(), at: new Date() });
  const compiled: readonly (readonly [what: string, query: () => CompiledQuery])[] = [
    ['block look-up', () => activeBlockQuery(db, number(), scope).compile()],
    ['policy look-up', () => policyQuery(asked()).compile(db)],
  ];
  const plans = async () => {
    const planned: { what: string; plan: QueryPlan }[] = [];
    for (const plannedFor of ['given', 'any'] as const)
      for (const [name, query] of compiled) {
        const what = `${name}, planned for ${plannedFor === 'any' ? 'any values' : 'the values given'}`;
        const plan = await queryPlan(db, query(), plannedFor);
        if (plan.wholeTables.length > 0 || plan.compiled || plan.pages.hit + plan.pages.read > PAGES)
          throw new Error(`MISSED: the ${what} is not by index alone. ${told(what, plan)}`);
        planned.push({ what, plan });
      }
    return planned;
  };
  return {
    block: (one: Database) => activeBlock(one, number(), scope),
    policy: (one: Database) => policyFacts(one, asked()),
    plans,
  };
}

const told = (what: string, { wholeTables, indexes, pages, planningMs, executionMs }: QueryPlan) =>
  `${what}: ${pages.hit + pages.read} pages, ${pages.read} of them not in PostgreSQL's memory; planned in ${planningMs} ms, run in ${executionMs} ms; ` +
  `whole tables: ${wholeTables.join(', ') || 'none'}; indexes: ${indexes.join(', ')}`;

interface Turn {
  readonly evenly: Spread;
  readonly flatOut: Spread;
  /** CPU time of each look-up, of both ways together. */
  readonly postgresUs: number;
  readonly nodeUs: number;
  /** Percent of one core that neither PostgreSQL nor this process used. */
  readonly othersPercent: number;
}

async function turn(db: Database, seconds: number, look: () => Promise<unknown>): Promise<Turn> {
  const postmaster = (await postmasterOf(db)) ?? 0;
  const used = async () => ({
    postgres: (await usedByPostgres(postmaster)).cpuMs,
    node: await cpuOf(process.pid),
    machine: (await machineTime()).busyMs,
    at: performance.now(),
  });
  const before = await used();
  const paced = await keepPace(PACE, seconds, look);
  const busy = await keepBusy(LANES, seconds, look);
  const after = await used();
  const [postgres, node] = [after.postgres - before.postgres, after.node - before.node];
  const each = (ms: number) => (ms * 1_000) / (paced.length + busy.length);
  return {
    evenly: spreadOf(paced),
    flatOut: spreadOf(busy),
    postgresUs: each(postgres),
    nodeUs: each(node),
    othersPercent: ((after.machine - before.machine - postgres - node) * 100) / (after.at - before.at),
  };
}

/** What PostgreSQL itself took, each look-up on one connection after the other. */
function ownFigures(what: string, own: readonly StatementTime[], atMost: number | undefined): Figure[] {
  const held = atMost === undefined ? {} : { atMost };
  const cpu = spreadOf(own.map(({ cpuMs }) => cpuMs));
  const elapsed = spreadOf(own.map(({ elapsedMs }) => elapsedMs));
  return [
    { what: `${what}, PostgreSQL's own time, p50`, unit: 'ms', runs: [elapsed.p50] },
    { what: `${what}, PostgreSQL's own time, p99`, unit: 'ms', runs: [elapsed.p99], ...held },
    { what: `${what}, PostgreSQL's processor time, p50`, unit: 'ms', runs: [cpu.p50] },
    { what: `${what}, PostgreSQL's processor time, p99`, unit: 'ms', runs: [cpu.p99], ...held },
  ];
}

function figuresOf(what: string, turns: readonly Turn[], seconds: number, atMost: number | undefined): Figure[] {
  const of = (which: string, unit: string, pick: (turn: Turn) => number): Figure => ({
    ...{ what: `${what}, ${which}`, unit, runs: turns.map(pick) },
  });
  const held = atMost === undefined ? {} : { atMost };
  return [
    of('evenly, p50', 'ms', ({ evenly }) => evenly.p50),
    { ...of('evenly, p99', 'ms', ({ evenly }) => evenly.p99), ...held },
    of('evenly, longest', 'ms', ({ evenly }) => evenly.max),
    of('flat out, p50', 'ms', ({ flatOut }) => flatOut.p50),
    { ...of('flat out, p99', 'ms', ({ flatOut }) => flatOut.p99), ...held },
    of('flat out, longest', 'ms', ({ flatOut }) => flatOut.max),
    of('flat out, a second', '/s', ({ flatOut }) => flatOut.n / seconds),
    of('CPU of PostgreSQL', 'us', ({ postgresUs }) => postgresUs),
    of('CPU of Node', 'us', ({ nodeUs }) => nodeUs),
  ];
}
