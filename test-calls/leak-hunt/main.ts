import { fork } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '#db/embedded.ts';
import { postgresFolder } from '#processes/system.ts';
import { Stage } from '../stage.ts';
import { castOf, seedCast } from './cast.ts';
import type { Hunted, Played } from './hunt.ts';
import { huntIn, playCast } from './hunt.ts';
import { heapOnSignal } from './processes.ts';
import { told } from './told.ts';

const usage = `npm run leak-hunt [-- --report FILE] [-- --payments N] [-- --seed N]

Plays payments with known card numbers, codes, expiry dates, passcodes and PINs on the embedded engine, every log as loud as it gets, then
searches everything that the platform wrote and holds for them. Exits 1 when it finds any, or when a payment went wrong.
  --report FILE   writes what was searched and found as JSON
  --payments N    how many; default 100
  --seed N        other numbers; default 1
`;

const { values: options } = parseArgs({
  options: {
    report: { type: 'string' },
    payments: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const [payments, seed] = [Number(options.payments), Number(options.seed)];
if (options.help || !(payments >= 1 && payments <= 1_000) || !Number.isInteger(seed)) {
  console.log(usage);
  process.exit(options.help ? 0 : 1);
}

/** Payments at the same time, and PINs that are typed inside. */
const [AT_ONCE, PINS] = [8, 10];

interface Message {
  readonly say?: string;
  readonly done?: { readonly played: Played; readonly hunted: Hunted };
}

if (options.folder === undefined) await watch();
else await play(options.folder);

/** Runs the hunt in another process, whose output, and that of all the platform's processes, is a file to be searched as well. */
async function watch(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'homeline-hunt-'));
  // As root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(folder, 0o711);
  const output = await open(join(folder, 'output.txt'), 'w');
  const child = fork(import.meta.filename, [...process.argv.slice(2), '--folder', folder], {
    execArgv: process.execArgv,
    // What the libraries say of themselves when they are asked to say everything.
    env: { ...process.env, DEBUG: 'drachtio:*,esl*,modesl*' },
    stdio: ['ignore', output.fd, output.fd, 'ipc'],
  });
  process.on('SIGINT', () => child.kill('SIGTERM'));
  let found: Message['done'];
  child.on('message', ({ say, done }: Message) => {
    if (say !== undefined) console.log(say);
    found ??= done;
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  await output.close();
  if (!found) {
    console.error(`The hunt broke off (exit code ${code ?? 'none'}); its output: ${join(folder, 'output.txt')}`);
    process.exit(1);
  }
  await rm(folder, { recursive: true, force: true });
  const { text, report, clean } = told(found.played, found.hunted, { payments, pins: PINS });
  console.log(text);
  if (options.report) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`);
  process.exit(clean ? 0 : 1);
}

async function play(folder: string): Promise<void> {
  const say = (text: string) => void process.send?.({ say: text } satisfies Message);
  process.on('SIGTERM', () => process.exit(1));
  const [varFolder, heapFolder] = [join(folder, 'var'), join(folder, 'heaps')];
  for (const each of [varFolder, heapFolder]) await mkdir(each, { mode: 0o711 });
  // Every statement with its values.
  const postgresLog = await open(join(folder, 'postgresql.log'), 'w');
  const database = await startEmbeddedPostgres({
    folder: await postgresFolder(varFolder),
    settings: { log_statement: 'all', log_min_messages: 'debug1', log_parameter_max_length: '-1' },
    log: (line) => void postgresLog.appendFile(`${line}\n`),
  });
  const cast = castOf(payments, PINS, seed);
  say('Starting the platform ...');
  const stage = await Stage.open({
    folder: varFolder,
    prompts: 'short',
    say,
    environment: {
      DATABASE_URL: database.url,
      FAMILY_LINE_NUMBER: '+18669490290',
      LOG_LEVEL: 'debug',
      ...heapOnSignal(heapFolder),
    },
    prepare: (db, config) => seedCast(cast, db, config),
  });
  try {
    say(`Playing ${payments} payments and ${PINS} calls from inside, ${AT_ONCE} at a time ...`);
    const played = await playCast(stage, cast, AT_ONCE);
    say('Searching ...');
    const hunted = await huntIn(stage, cast, { folder, heapFolder, memory: true, say });
    await new Promise<void>((resolve) =>
      process.send?.({ done: { played, hunted } } satisfies Message, () => resolve()),
    );
  } finally {
    await stage.close();
    await database.stop();
    await postgresLog.close();
  }
  process.exit(0);
}
