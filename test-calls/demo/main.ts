import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { VALLEY_VIEW } from '#db/seed/demo-world.ts';
import { Stage } from '../stage.ts';
import { castOf, scenarios } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';
import { seedCast } from './cast.ts';
import { showLive } from './live.ts';
import type { Told } from './report.ts';
import { tell } from './report.ts';
import { table } from './table.ts';

/** Calls at a time: waiting for somebody who never presses a key takes a while. */
const lanes = 4;

const usage = `npm run demo [-- --report FILE] [-- --only NAME]

Boots the platform on this machine, places real calls between test phones, and shows them as they go.
  --report FILE   writes what happened as JSON
  --only NAME     one call: ${scenarios.map(({ name }) => name).join(', ')}
`;

const { values: options } = parseArgs({
  options: { report: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean' } },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const chosen = scenarios.filter(({ name }) => options.only === undefined || options.only === name);
if (chosen.length === 0) {
  console.error(`There is no call ${options.only ?? ''}.\n\n${usage}`);
  process.exit(1);
}

console.log('Homeline: starting the database, the engine and the application ...');
const begun = performance.now();
const seconds = () => ((performance.now() - begun) / 1000).toFixed(1);
const stage = await Stage.open({
  folder: join(import.meta.dirname, '..', '..', 'var', 'demo'),
  environment: { RING_SECONDS: '5', WARNING_SECONDS: '6' },
  facility: { talkLimitSeconds: 14, velocity: { attemptsPerPersonPerHour: 10_000, attemptsPerNumberPerDay: 10_000 } },
  prepare: async (db, config) => {
    await seedCast(scenarios.map(castOf), VALLEY_VIEW, db, config);
    await db
      .deleteFrom('block')
      .where(
        'number',
        'in',
        scenarios.map((scenario) => castOf(scenario).number),
      )
      .execute();
  },
  say: (text) => console.log(text),
});
console.log(
  `Ready after ${seconds()} s. Phones call through ${stage.system.sip.host}:${stage.system.sip.port}, ${lanes} at a time.\n`,
);

const told: Told[] = [];
const quiet = showLive(stage);
try {
  const over = new Map<string, Promise<Told>>();
  const waiting = [...chosen];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      await over.get(next.after ?? '');
      const playing = play(next);
      over.set(next.name, playing);
      told.push(await playing);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
} finally {
  quiet();
  await stage.close();
}
const order = ({ scenario }: Told) => scenarios.findIndex(({ name }) => name === scenario);
told.sort((one, other) => order(one) - order(other));
const failed = told.filter(({ faults }) => faults.length > 0).length;

console.log(`\n${table(told)}\n`);
if (options.report) {
  await writeFile(options.report, `${JSON.stringify({ calls: told }, null, 2)}\n`);
  console.log(`The same as JSON: ${options.report}`);
}
console.log(`Recordings and logs: ${stage.system.config.VAR_FOLDER}`);
const result =
  failed === 0
    ? `All ${told.length} calls went as they should`
    : `${failed} of ${told.length} calls did NOT go as they should`;
console.log(`${result}, in ${seconds()} s.`);
process.exit(failed === 0 ? 0 : 1);

async function play(scenario: Scenario): Promise<Told> {
  console.log(`▶ ${scenario.name}: ${scenario.title}`);
  const result = await tell(stage, scenario, await scenario.play(stage, castOf(scenario)));
  for (const fault of result.faults) console.log(`✗ ${scenario.name}: ${fault}`);
  return result;
}
