import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { saveFacility } from '#db/facilities.ts';
import { Stage } from '../stage.ts';
import { showLive } from './live.ts';
import type { Told } from './report.ts';
import { tell } from './report.ts';
import type { Scenario } from './scenarios.ts';
import { scenarios } from './scenarios.ts';
import { table } from './table.ts';

const usage = `npm run demo [-- --report FILE] [-- --only NAME]

Boots the platform on this machine, places real calls between two test phones, and shows them as they go.
  --report FILE   writes what happened as JSON
  --only NAME     one scenario: ${scenarios.map(({ name }) => name).join(', ')}
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
  console.error(`There is no scenario ${options.only ?? ''}.\n\n${usage}`);
  process.exit(1);
}

console.log('Homeline: starting the database, the engine and the application ...');
const begun = performance.now();
const stage = await Stage.open({
  folder: join(import.meta.dirname, '..', '..', 'var', 'demo'),
  environment: { RING_SECONDS: '5', WARNING_SECONDS: '5', LOG_LEVEL: 'info' },
  facility: { talkLimitSeconds: 600, velocity: { attemptsPerPersonPerHour: 10_000, attemptsPerNumberPerDay: 10_000 } },
  say: (text) => console.log(text),
});
console.log(
  `Ready after ${((performance.now() - begun) / 1000).toFixed(1)} s, calls at ${stage.system.sip.host}:${stage.system.sip.port}.`,
);
await stage.forget();

const told: Told[] = [];
let failed = 0;
try {
  for (const [index, scenario] of chosen.entries()) {
    console.log(`\n${index + 1}. ${scenario.title}`);
    const result = await play(scenario);
    told.push(result);
    if (result.faults.length > 0) failed++;
    for (const fault of result.faults) console.log(`   ✗ ${fault}`);
  }
} finally {
  await stage.close();
}

console.log(`\n${table(told)}\n`);
if (options.report) {
  await writeFile(options.report, `${JSON.stringify({ scenarios: told }, null, 2)}\n`);
  console.log(`The same as JSON: ${options.report}`);
}
console.log(
  failed === 0
    ? `All ${told.length} calls went as they should.`
    : `${failed} of ${told.length} calls did not go as they should.`,
);
process.exit(failed === 0 ? 0 : 1);

async function play(scenario: Scenario): Promise<Told> {
  const limit = scenario.name === 'limit' ? 12 : 600;
  await saveFacility(stage.system.db, { ...stage.facility, talkLimitSeconds: limit });
  const quiet = showLive(stage.journals);
  try {
    return await tell(stage, scenario, await scenario.play(stage));
  } finally {
    quiet();
  }
}
