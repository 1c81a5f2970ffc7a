import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { thisMachine } from '../bench/machine.ts';
import { failures, text, type Outcome } from './attack.ts';
import { attacks } from './table.ts';

const width = Math.max(...attacks.map(({ name }) => name.length));
const usage = `npm run attacks -- --only NAME [--seed N] [--share S] [--report FILE]

Attacks the embedded SIP and media servers, each in a process of its own, and tells what held and what did not. Ends with exit code 1
when something did not.
  --only NAME    which attack; may be repeated, \`all\` is all of them
  --seed N       what is random comes from this number (1): the same number is the same attack
  --share S      how much of the attack, 0 to 1 (1)
  --report FILE  writes everything as JSON

${attacks.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`).join('\n')}
`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: '1' },
    share: { type: 'string', default: '1' },
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [seed, share] = [Number(options.seed), Number(options.share)];
const chosen = attacks.filter(({ name }) => options.only.includes(name) || options.only.includes('all'));
const unknown = options.only.filter((name) => name !== 'all' && !attacks.some((attack) => attack.name === name));
if (
  options.help ||
  chosen.length === 0 ||
  unknown.length > 0 ||
  !Number.isInteger(seed) ||
  !(share > 0 && share <= 1)
) {
  console.log(usage);
  process.exit(options.help || options.only.length === 0 ? 0 : 1);
}

const begun = new Date();
const outcomes: Record<string, Outcome & { readonly seconds: number }> = {};
let failed = false;
for (const attack of chosen) {
  console.log(`\n${attack.name}: ${attack.title}`);
  const start = performance.now();
  const say = (line: string): void => console.log(`  ${line}`);
  const outcome = await attack.run({ seed, share, say }).catch((error: unknown): Outcome => {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { checks: [], figures: {}, found: [`the attack itself broke off: ${what}`] };
  });
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  outcomes[attack.name] = { ...outcome, seconds };
  for (const [name, value] of Object.entries(outcome.figures)) say(`${name}: ${text(value)}`);
  const wrong = failures(outcome);
  for (const line of wrong) say(`✗ ${line}`);
  say(`${outcome.checks.filter(({ holds }) => holds).length} of ${outcome.checks.length} checks held, ${seconds} s`);
  failed ||= wrong.length > 0;
}
if (options.report !== undefined) {
  const report = { begun, ended: new Date(), machine: await thisMachine(), seed, share, attacks: outcomes };
  await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nEverything as JSON: ${options.report}`);
}
process.exit(failed ? 1 : 0);
