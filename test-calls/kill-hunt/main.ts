import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seedFamilies } from '../family/families.ts';
import { castOf } from '../leak-hunt/cast.ts';
import { chances } from '../leak-hunt/secrets.ts';
import { Stage } from '../stage.ts';
import { aftermathOf } from './aftermath.ts';
import { complaintsIn } from './complaints.ts';
import { answers, hunted, kill, type Kill } from './kill.ts';
import { load, seedPeople } from './load.ts';
import { table, turns } from './told.ts';

const usage = `npm run kill-hunt [-- --kills N] [-- --callers N] [-- --only PROCESS] [-- --seed N] [-- --report FILE]

Kills every process of the platform again and again (SIGKILL, in seeded turns) while people call home and families pay. At its end every call must
have its record, no money may be held, no recording that had begun may be lost, the books must agree, and everything must serve. Exits 1 otherwise.
  --kills N      how often each is killed; default 50 (about half an hour)
  --callers N    people who call home without a pause; default 8
  --only PROCESS one of: ${hunted.join(', ')}; may be given several times
  --seed N       other turns; default 1
  --report FILE  writes what was measured as JSON
`;

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    callers: { type: 'string', default: '8' },
    only: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    report: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const [kills, callers, seed] = [Number(options.kills), Number(options.callers), Number(options.seed)];
const only = options.only ?? [];
const wrong =
  !(kills >= 1 && callers >= 1 && callers <= 100 && Number.isInteger(seed)) ||
  only.some((name) => !hunted.some((one) => one === name));
if (options.help || wrong) {
  console.log(usage);
  process.exit(options.help ? 0 : 1);
}

/** The longest pause before a kill: what is in progress then is something else each time. Milliseconds. */
const longestPauseMs = 1_500;
/** How long the platform has to put everything in order once nobody calls any more. Milliseconds. */
const orderMs = 300_000;

const say = (text: string) => console.log(`${new Date().toISOString().slice(11, 19)}  ${text}`);
const draw = chances(seed);
const chance = () => draw(1_000_000) / 1_000_000;
const cast = castOf(900, 0, seed);
const payments = cast.payments.filter(({ way, by }) => way === 'new card' && by !== 'inband');

say('starting the platform ...');
let people: Awaited<ReturnType<typeof seedPeople>> = [];
const stage = await Stage.open({
  prompts: 'short',
  say: (text) => void text,
  environment: { LOG_LEVEL: 'error', MEDIA_SERVERS: '2', SWEEP_SECONDS: '2', FAMILY_LINE_NUMBER: '+18669490290' },
  facility: { velocity: { attemptsPerPersonPerHour: 1_000_000, attemptsPerNumberPerDay: 1_000_000 } },
  prepare: async (db, config) => {
    people = await seedPeople(db, config, callers);
    await seedFamilies(payments.map(({ family }) => family), db, config); // prettier-ignore
  },
});
// fsmrf and PostgreSQL say of every death what they see.
for (const level of ['error', 'info'] as const) console[level] = () => undefined;
process.on('unhandledRejection', () => undefined);

const over = new AbortController();
const playing = load(stage, people, payments, chance, over.signal);
const all: Kill[] = [];
const order = turns(only.length > 0 ? hunted.filter((name) => only.includes(name)) : hunted, kills, draw);
let interrupted = false;
process.once('SIGINT', () => (interrupted = true));
for (const [nth, name] of order.entries()) {
  if (interrupted) break;
  await stage.pause(longestPauseMs * chance());
  const done = await kill(stage, name, Math.floor(nth / hunted.length));
  all.push(done);
  if (done.servesMs === undefined) say(`${name} does not serve a minute after its death`);
  if ((nth + 1) % 10 === 0) say(`${nth + 1} of ${order.length} kills`);
}
over.abort();
say('nobody calls any more; waiting until everything is in order ...');
const played = await playing;
const aftermath = await aftermathOf(stage, orderMs);
const complaints = await complaintsIn(join(stage.system.config.VAR_FOLDER, 'log'));
const faults = [
  ...aftermath.faults,
  ...all.filter(({ servesMs }) => servesMs === undefined).map((one) => `${one.process} did not serve again`),
  ...all
    .filter(
      ({ process: name, noticedMs }) => (name === 'sip' || name === 'media') && !((noticedMs ?? Infinity) <= 2_000),
    )
    .map(
      ({ process: name, noticedMs }) =>
        `the death of ${name} was noticed after ${noticedMs?.toFixed(0) ?? 'more than 2,500'} ms`,
    ),
  ...((await answers(stage)) ? [] : ['nobody is answered at the end']),
];
console.log(table(all));
console.log(`\ncalls: ${aftermath.calls}, as the callers saw them: ${JSON.stringify(played)}`);
console.log(`dispositions: ${JSON.stringify(aftermath.dispositions)}`);
console.log(
  `recordings: ${JSON.stringify(aftermath.recordings)}; card charges: ${aftermath.charges}, deposits that never came to the gateway: ${aftermath.neverCharged}`,
);
for (const [what, times] of Object.entries(complaints)) console.log(`ivr, ${times} times: ${what}`);
for (const fault of faults) console.log(`FAULT ${fault}`);
console.log(faults.length === 0 ? 'Everything is in order.' : `${faults.length} faults.`);
if (options.report)
  await writeFile(
    options.report,
    `${JSON.stringify({ kills: all, played, aftermath, complaints, faults }, null, 2)}\n`,
  );
await stage.close();
process.exit(faults.length === 0 ? 0 : 1);
