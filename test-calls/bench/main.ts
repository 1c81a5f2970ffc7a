import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Bench, Measured } from './bench.ts';
import { tableOf, verdictOf } from './figures.ts';
import { thisMachine } from './machine.ts';
import { api } from './api.ts';
import { attempts } from './attempts.ts';
import { audio } from './audio.ts';
import { engine as mediaEngine } from './engine.ts';
import { familyLine } from './family-line.ts';
import { firstPaint } from './first-paint.ts';
import { lookUps } from './look-ups.ts';
import { postings } from './postings.ts';
import { reaction } from './reaction.ts';
import { relay } from './relay.ts';
import { signalling } from './signalling.ts';

const benches: readonly Bench[] = [
  reaction,
  audio,
  relay,
  attempts,
  familyLine,
  mediaEngine,
  signalling,
  postings,
  lookUps,
  api,
  firstPaint,
];

const usage = `npm run bench [-- --report FILE] [-- --only NAME] [-- --quick]

Boots the platform on this machine, makes many calls with test phones, then works its ledger, and prints what was measured. It judges nothing:
a figure that misses its target is printed as missed, and the command exits 0 all the same.
  --report FILE    writes everything as JSON
  --only NAME      one of: ${benches.map(({ name }) => name).join(', ')}; may be repeated
  --quick          short runs, to see that it works
  --also NAME=PID  counts the CPU and memory of a server that runs already (ENGINE=drachtio); may be repeated
  --calls N,N,...  calls at the same time, step by step (engine)
  --by NAME        who carries them: mmsg, relay-mmsg, dgram, relay-dgram, freeswitch (engine); may be repeated
  --profile FOLDER writes V8's CPU profiles of the embedded media server there (engine)
`;

const { values: options } = parseArgs({
  options: {
    report: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
    also: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    calls: { type: 'string' },
    by: { type: 'string', multiple: true },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const chosen = benches.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
const also = new Map(
  options.also.flatMap((pair) => {
    const [name = '', pid = ''] = pair.split('=');
    return name && Number.isInteger(Number(pid)) ? [[name, Number(pid)] as const] : [];
  }),
);
if (chosen.length < new Set(options.only).size || also.size < options.also.length) {
  console.error(usage);
  process.exit(1);
}

const calls = options.calls?.split(',').map(Number);
if (calls?.some((n, i) => !Number.isInteger(n) || n <= (calls[i - 1] ?? 0))) {
  console.error(`--calls ${options.calls}: whole numbers, each more than the one before\n\n${usage}`);
  process.exit(1);
}

const say = (text: string): void => console.log(`  ${text}`);
const machine = await thisMachine();
const engine = process.env['ENGINE'] === 'drachtio' ? 'drachtio-server and FreeSWITCH' : 'embedded';
console.log(`${machine.name}: ${machine.cores} x ${machine.cpu}, Node ${machine.node}, Linux ${machine.kernel}`);
console.log(`load ${machine.loadAverages.join(' ')} (before the bench); engine: ${engine}`);

const begun = new Date();
const results: Record<string, unknown> = {};
let broken = false;
for (const bench of chosen) {
  console.log(`\n${bench.name}: ${bench.title}`);
  try {
    const measured = await bench.run({
      quick: options.quick,
      say,
      also,
      calls,
      carriedBy: options.by,
      profile: options.profile,
    });
    show(measured);
    results[bench.name] = {
      title: bench.title,
      ...measured,
      figures: measured.figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })),
    };
  } catch (error) {
    broken = true;
    console.error(
      `  could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    results[bench.name] = { title: bench.title, error: String(error) };
  }
}

if (options.report !== undefined) {
  const after = await thisMachine();
  const report = {
    ...{ begun, ended: new Date(), machine, loadAveragesAfter: after.loadAverages, engine, quick: options.quick },
    benches: results,
  };
  await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`);
  console.log(`\nEverything as JSON: ${options.report}`);
}
process.exit(broken ? 1 : 0);

function show({ figures, notes }: Measured): void {
  console.log(`\n${tableOf(figures)}`);
  for (const note of notes) console.log(`  - ${note}`);
}
