import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { RIO_CLARO, VALLEY_VIEW } from '#db/seed/demo-world.ts';
import { transactionsOf } from '#db/statements.ts';
import { FamilyCaller } from '../family/caller.ts';
import { calledBy, seedFamilies } from '../family/families.ts';
import { choosesLanguage } from '../family/paying.ts';
import { prepareFamilyPrompts } from '../family/prompts.ts';
import { Stage } from '../stage.ts';
import type { Told } from './books.ts';
import { booksOf, linesOf, tell } from './books.ts';
import { scenes } from './scenes.ts';
import type { Scene } from './scenes.ts';

const usage = `npm run demo:866 [-- --report FILE]

Boots the platform on this machine; four families call the 866 line at the same time, pay and block, and what they hear and press is shown.
  --report FILE   writes what happened, and what the ledger says, as JSON
`;

const { values: options } = parseArgs({ options: { report: { type: 'string' }, help: { type: 'boolean' } } });
if (options.help) {
  console.log(usage);
  process.exit(0);
}

/** To find a key and press it. */
const SEARCH_MS = 150;

console.log('Homeline: starting the database, the engine and the application ...');
const begun = performance.now();
const seconds = () => ((performance.now() - begun) / 1000).toFixed(1);
await prepareFamilyPrompts((text) => console.log(text));
const stage = await Stage.open({
  environment: { FAMILY_LINE_NUMBER: '+18669490290' },
  prepare: async (db, config) => {
    await seedFamilies(
      scenes.map(({ family }) => family),
      db,
      config,
    );
    for (const { family, blocked } of scenes)
      if (blocked.length > 0) for (const id of [RIO_CLARO, VALLEY_VIEW]) await calledBy(id, family.number, db);
  },
  say: (text) => console.log(text),
});
const { sip, config } = stage.system;
console.log(
  `Ready after ${seconds()} s. Families call ${config.FAMILY_LINE_NUMBER} through ${sip.host}:${sip.port}.\n`,
);

let told: Told[];
let books: Awaited<ReturnType<typeof booksOf>>;
try {
  told = await Promise.all(scenes.map(play));
  books = await booksOf(stage.system.db);
} finally {
  await stage.close();
}

for (const line of linesOf(told, books)) console.log(line);
if (options.report) {
  await writeFile(options.report, `${JSON.stringify({ calls: told, books }, null, 2)}\n`);
  console.log(`The same as JSON: ${options.report}`);
}
const failed = told.filter(({ faults }) => faults.length > 0).length + books.faults.length;
console.log(
  failed === 0
    ? `All ${told.length} calls went as they should, in ${seconds()} s.`
    : `${failed} things did NOT go as they should, in ${seconds()} s.`,
);
process.exit(failed === 0 ? 0 : 1);

async function play(scene: Scene): Promise<Told> {
  const { name, title, family, language } = scene;
  const show = (line: string) => {
    const at = new Date().toISOString().slice(11, 22);
    console.log(`${at}  ${name.padEnd(12)}${line}`);
  };
  console.log(`▶ ${name}: ${title}`);
  const lines: string[] = [];
  const note = (line: string) => {
    lines.push(line);
    show(line);
  };
  const caller = await FamilyCaller.dial(stage, family.number, { searchMs: SEARCH_MS, tell: note });
  const reference = async () => {
    const { transactions } = await transactionsOf(stage.system.db, family.accountId, { limit: 1 });
    return transactions[0]?.reference ?? '';
  };
  const faults: string[] = [];
  try {
    await choosesLanguage(caller, language);
    await scene.play(caller, scene, reference);
  } catch (error) {
    faults.push(String(error));
  } finally {
    await caller.call.hangup();
  }
  const result = await tell(stage, scene, { caller, lines, faults });
  for (const fault of result.faults) console.log(`✗ ${name}: ${fault}`);
  return result;
}
