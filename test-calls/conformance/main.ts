import { mkdtempSync, mkdirSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { allowed, awaited } from './differences.ts';
import { AdminClient } from './admin-client.ts';
import { compare } from './compare.ts';
import { EventSocket } from './event-socket.ts';
import { loadGolden, saveGolden, type Golden, type Versions } from './golden.ts';
import { groups as allGroups } from './groups.ts';
import { Judge, type Judged } from './judge.ts';
import { embeddedPair, realPair, type Pair } from './pair.ts';
import { asJson, faults, isBad, progress, table, told } from './report.ts';
import { play, type Group, type Played } from './run.ts';
import type { House } from './scene.ts';
import { makeSounds } from './sounds.ts';

/*
 * npm run conformance -- --engine embedded|real [--only WORD] [--record] [--report FILE]
 *
 * Plays every case against a pair of servers and compares what was on the wire, field by field, with what the real pair was recorded with
 * (traces/). Exit code 1 when a case differs in a way that differences.ts does not list, or when a listed difference does not occur any more.
 * `--record` writes the traces instead, after it has seen each case twice alike; it wants the real pair.
 */

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'embedded' },
    only: { type: 'string' },
    record: { type: 'boolean', default: false },
    report: { type: 'string' },
    quiet: { type: 'boolean', default: false },
  },
});
const { engine, only, record } = values;
if (engine !== 'embedded' && engine !== 'real') usage(`--engine is embedded or real, not ${engine}`);
if (record && engine !== 'real') usage('--record wants --engine real: the traces are those of the real servers');

const begun = performance.now();
const pair = engine === 'real' ? realPair(process.env) : await embeddedPair();
const folder = mkdtempSync(join(tmpdir(), 'homeline-conformance-'));
chmodSync(folder, 0o777);
mkdirSync(join(folder, 'sounds'));
makeSounds(join(folder, 'sounds'));
const { versions, coreUuid } = await identify(pair);
const house: House = { pair, folder, coreUuid };
const groups = chosen(allGroups);
console.log(`${engine}: ${versions.sip} and ${versions.media}`);
const failed = record ? await recordAll() : await compareAll();
await pair.close();
rmSync(folder, { recursive: true, force: true });
process.exit(failed ? 1 : 0);

async function compareAll(): Promise<boolean> {
  const golden = new Map(groups.map(({ name }) => [name, loadGolden(name)] as const));
  const judge = engine === 'embedded' ? new Judge(allowed, awaited) : new Judge([], []);
  const all: Judged[] = [];
  await play(house, groups, (played) => {
    const judged = judge.judge(played, golden.get(played.group)?.cases[played.name]);
    all.push(judged);
    if (!values.quiet || isBad(judged)) console.log(progress(judged));
  });
  const wrong = all.filter(isBad);
  for (const judged of wrong) console.log(`\n${faults(judged)}`);
  const stale = only === undefined && wrong.length === 0 ? judge.stale().map(nameOf) : [];
  for (const entry of stale) console.log(`\nlisted in differences.ts, but it does not occur any more: ${entry}`);
  const recordedFrom = [...golden.values()][0]?.versions ?? { sip: '', media: '' };
  const seconds = (performance.now() - begun) / 1000;
  console.log(`\n${table(all)}\n`);
  console.log(
    `${engine}: ${versions.sip}, ${versions.media}; recorded from ${recordedFrom.sip}, ${recordedFrom.media}`,
  );
  console.log(`${all.length - wrong.length} of ${all.length} cases as recorded or as listed, ${seconds.toFixed(1)} s`);
  if (values.report !== undefined)
    writeFileSync(values.report, asJson({ engine, versions, recordedFrom, seconds, cases: all, stale }));
  return wrong.length > 0 || stale.length > 0;
}

/** Each case is played twice: what differs between the two runs is no fact about the server. */
async function recordAll(): Promise<boolean> {
  const runs = [new Map<string, Played>(), new Map<string, Played>()];
  for (const run of runs) {
    await play(house, groups, (played) => {
      run.set(`${played.group}: ${played.name}`, played);
      console.log(`${played.group}: ${played.name} (${Math.round(played.ms)} ms)`);
      if (played.stopped !== undefined) console.log(`  stopped: ${played.stopped}`);
    });
  }
  let unsteady = 0;
  for (const { name: group, cases } of groups) {
    const before = loadGolden(group);
    const kept: Golden = { versions, cases: { ...before.cases } };
    if (only === undefined) for (const name of Object.keys(kept.cases)) if (!(name in cases)) delete kept.cases[name];
    for (const name of Object.keys(cases)) {
      const [first, second] = runs.map((run) => run.get(`${group}: ${name}`)!);
      const differences = compare(first!.trace, second!.trace);
      if (differences.length === 0 && first!.stopped === undefined && second!.stopped === undefined)
        kept.cases[name] = second!.trace;
      else {
        unsteady += 1;
        console.log(`\n${group}: ${name}: not recorded, two runs differ`);
        for (const difference of differences.slice(0, 20)) console.log(`  ${told(difference)}`);
      }
    }
    saveGolden(group, kept);
  }
  console.log(`${unsteady} cases not recorded`);
  return unsteady > 0;
}

function chosen(some: readonly Group[]): Group[] {
  if (only === undefined) return [...some];
  return some.flatMap((group) => {
    const cases = Object.fromEntries(
      Object.entries(group.cases).filter(([name]) => `${group.name}: ${name}`.includes(only)),
    );
    return Object.keys(cases).length === 0 ? [] : [{ ...group, cases }];
  });
}

/** Who answers: as each server says it itself. Rejects when one is not there. */
async function identify({ adminPort, adminSecret, eventSocketPort, eventSocketPassword }: Pair): Promise<{
  readonly versions: Versions;
  readonly coreUuid: string;
}> {
  const app = await AdminClient.open('app', adminPort);
  const { tokens } = await app.ask(`authenticate|${adminSecret}`);
  app.close();
  if (tokens[3] !== 'OK') throw new Error(`the SIP server does not take the secret: ${tokens.slice(3).join('|')}`);
  const socket = await EventSocket.open('socket', eventSocketPort);
  await socket.told('auth/request');
  await socket.ask(`auth ${eventSocketPassword}`);
  const media = (await socket.api('version short')).trim();
  const coreUuid = await socket.api('global_getvar core_uuid');
  socket.close();
  const name = engine === 'real' ? ['drachtio-server', 'FreeSWITCH'] : ['embedded SIP server as', 'media server as'];
  return { versions: { sip: `${name[0]} ${tokens[5] ?? ''}`, media: `${name[1]} ${media}` }, coreUuid };
}

function nameOf(entry: (typeof allowed)[number] | (typeof awaited)[number]): string {
  return 'awaits' in entry ? `${entry.cases.source} awaits ${entry.awaits}` : `${entry.cases.source}: ${entry.reason}`;
}

function usage(why: string): never {
  console.error(
    `${why}\nnpm run conformance -- --engine embedded|real [--only WORD] [--record] [--report FILE] [--quiet]`,
  );
  process.exit(2);
}
