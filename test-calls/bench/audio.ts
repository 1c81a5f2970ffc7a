import { beat } from '../phone/beat.ts';
import type { Bench, BenchOptions, Measured } from './bench.ts';
import { Crowd } from './crowd.ts';
import type { Fidelity } from './fidelity.ts';
import type { Figure } from './figures.ts';
import { percentile, rounded, spreadOf } from './figures.ts';
import { droppedDatagrams } from './machine.ts';
import type { Checked, Talk } from './talk.ts';
import { check, end, talk } from './talk.ts';
import type { Snapshot } from './usage.ts';
import { cpuBetween, loadBetween, PHONES } from './usage.ts';

const CALLS = 50;
/** Calls are set up one after the other, and every phone speaks from the acceptance of its call on. */
const SET_UP_MS = 200;
/** Added to what is spoken, so that the first still speaks when the last has spoken its full time. */
const LEAD_SECONDS = (CALLS * SET_UP_MS) / 1000 + 15;

export const audio: Bench = {
  name: 'audio',
  title: `${CALLS} concurrent bridged and recorded calls, every sample checked`,
  async run(options: BenchOptions): Promise<Measured> {
    const { quick, say } = options;
    const seconds = quick ? 10 : 60;
    const crowd = await Crowd.gather({ ...options, people: CALLS, prompts: 'short' });
    try {
      const idle = await crowd.used();
      const droppedBefore = await droppedDatagrams();
      const failed: string[] = [];
      const attempts = crowd.people.map(async (person, index) => {
        await crowd.stage.pause(index * SET_UP_MS);
        return talk(crowd, person, index, seconds + LEAD_SECONDS).catch((error: unknown) => {
          failed.push(String(error));
          return undefined;
        });
      });
      const talks = (await Promise.all(attempts)).filter((one) => one !== undefined);
      const ends = talks.map((one) => end(crowd, one));
      say(`${talks.length} calls talk`);
      const fromMs = performance.now();
      const before = await crowd.used();
      await crowd.stage.pause(seconds * 1000);
      const after = await crowd.used();
      const toMs = performance.now();
      const live = await crowd.mediaMetrics();
      const phonesLate = beat.lateness();
      await Promise.all(ends);
      const dropped = (await droppedDatagrams()) - droppedBefore;
      const spoken = await Promise.all(talks.flatMap(({ inside, outside }) => [inside.spoken, outside.spoken]));
      const throughout = spoken.filter(({ fromMs: begun, untilMs }) => begun <= fromMs && untilMs >= toMs).length;
      say('checking what was heard and recorded ...');
      const checked: Checked[] = [];
      for (const one of talks) checked.push(await check(crowd, one));

      const seen = { talks, checked, idle, before, after, fromMs, toMs, failed: failed.length, dropped, live };
      const load = loadBetween(before, after);
      const spacing = gapsOf(seen);
      return {
        figures: [...fidelityFigures(seen), ...timingFigures(seen, spacing), ...costFigures(seen)],
        notes: [
          `every phone speaks ${seconds + LEAD_SECONDS} s of noise of its own; checked from the first sample bridged to the last spoken`,
          `${throughout} of ${2 * CALLS} phones spoke throughout the ${seconds} s in which spacing, CPU and memory were measured`,
          `of one core: ${Object.entries(load)
            .map(([name, percent]) => `${name} ${percent} %`)
            .join(', ')}`,
          `the phones' own clock was late by ${rounded(phonesLate.p99)} ms (p99), ${rounded(phonesLate.max)} ms (max)`,
          ...((load[PHONES] ?? 0) > 70 ? ['the phones used more than 70 % of a core: the run is void'] : []),
          ...((load['others'] ?? 0) > 10
            ? ['other processes used this machine: spacing and delays are theirs as well']
            : []),
        ],
        detail: {
          ...{ calls: talks.length, throughout, seconds, failures: failed.slice(0, 10), corePercent: load },
          ...{ phonesLateMs: phonesLate, counts: countsOf(talks), media: live, packetSpacingMs: spreadOf(spacing) },
          worstPhoneSpacingP99Ms: Math.max(...phonesOf(talks).map(({ ear }) => ear.spacing(fromMs, toMs).p99)),
          notRecorded: checked.flatMap(({ notRecorded }) => notRecorded ?? []).slice(0, 10),
          broken: [...heardIn(checked), ...recordedIn(checked)].filter(
            ({ breaks, first }) => breaks.length > 0 || first < 0,
          ),
        },
      };
    } finally {
      await crowd.close();
    }
  },
};

/** Everything that was seen of one run. */
interface Seen {
  readonly talks: readonly Talk[];
  readonly checked: readonly Checked[];
  readonly idle: Snapshot;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly fromMs: number;
  readonly toMs: number;
  readonly failed: number;
  readonly dropped: number;
  readonly live: Readonly<Record<string, number>> | undefined;
}

const once = (what: string, unit: string, value: number, atMost?: number): Figure => ({
  ...{ what, unit, runs: [value] },
  ...(atMost === undefined ? {} : { atMost }),
});

const heardIn = (checked: readonly Checked[]): Fidelity[] =>
  checked.flatMap(({ heard }) => heard.map(({ fidelity }) => fidelity));
const recordedIn = (checked: readonly Checked[]): Fidelity[] => checked.flatMap(({ recorded }) => recorded);
const phonesOf = (talks: readonly Talk[]) => talks.flatMap(({ inside, outside }) => [inside.call, outside.call]);
const countsOf = (talks: readonly Talk[]) => sum(phonesOf(talks).map(({ ear }) => ({ ...ear.counts })));

function fidelityFigures({ talks, checked, failed }: Seen): Figure[] {
  const wrong = (where: string, all: readonly Fidelity[]): Figure[] =>
    (['missing', 'repeated', 'foreign'] as const).map((key) =>
      once(
        `${where}: samples ${key === 'foreign' ? 'that nobody spoke' : key}`,
        'samples',
        all.reduce((total, one) => total + one[key], 0),
        0,
      ),
    );
  const never = [...heardIn(checked), ...recordedIn(checked)].filter(({ first }) => first < 0).length;
  const tails = checked.flatMap(({ heard }) => heard.map(({ tail }) => tail));
  return [
    once('calls that failed', 'calls', failed, 0),
    once('streams not heard or recorded at all', 'streams', never, 0),
    ...wrong('heard', heardIn(checked)),
    once('heard: longest end not heard', 'samples', Math.max(0, ...tails), 0),
    ...wrong('recorded', recordedIn(checked)),
    once('recorded: longest end missing', 'samples', longestTail(talks, checked), 0),
    once('calls without a recording', 'calls', checked.filter((one) => one.notRecorded).length, 0),
  ];
}

function timingFigures({ talks, checked, dropped, live }: Seen, spacing: readonly number[]): Figure[] {
  const apart = checked.flatMap(({ skewMs }) => (Number.isNaN(skewMs) ? [] : [Math.abs(skewMs)]));
  const delays = checked.flatMap(({ heard }) => heard.flatMap(({ delaysMs }) => delaysMs));
  const counts = countsOf(talks);
  return [
    once('recorded: channels apart, p95', 'ms', percentile(apart, 0.95)),
    once('packet spacing, p50', 'ms', percentile(spacing, 0.5)),
    once('packet spacing, p99', 'ms', percentile(spacing, 0.99), 25),
    once('packet spacing, max', 'ms', percentile(spacing, 1)),
    once('mouth to ear, p50', 'ms', percentile(delays, 0.5)),
    once('mouth to ear, p99', 'ms', percentile(delays, 0.99)),
    once('packets lost, by sequence number', 'packets', counts['lost'] ?? 0, 0),
    once('packets reordered', 'packets', counts['reordered'] ?? 0, 0),
    once('packets twice', 'packets', counts['duplicates'] ?? 0, 0),
    once('datagrams dropped by the kernel', 'packets', dropped, 0),
    ...(live ? [once('media: tick late, p99', 'ms', live['tickLateP99Ms'] ?? NaN)] : []),
  ];
}

function costFigures({ talks, idle, before, after }: Seen): Figure[] {
  const callSeconds = (talks.length * (after.atMs - before.atMs)) / 1000;
  const memory = Object.entries(after.processes).map(([name, { memoryBytes }]) => {
    const more = memoryBytes - (idle.processes[name]?.memoryBytes ?? 0);
    return once(`memory per call: ${name}`, 'kB', more / 1024 / talks.length);
  });
  const cpu = Object.entries(cpuBetween(before, after)).map(([name, ms]) =>
    once(`CPU per call-second: ${name}`, 'ms', ms / callSeconds),
  );
  return [...cpu, ...memory];
}

const longestTail = (talks: readonly Talk[], checked: readonly Checked[]): number =>
  Math.max(
    0,
    ...checked.flatMap(({ recorded }, i) =>
      recorded.map(({ last }, side) => (side === 0 ? talks[i]!.inside : talks[i]!.outside).stream.length - last),
    ),
  );

/** Milliseconds between the packets that each phone got while all were measured. */
function gapsOf({ talks, fromMs, toMs }: Seen): number[] {
  return phonesOf(talks).flatMap(({ ear }) => {
    const within = [...ear.track.arrivals].filter((ms) => ms >= fromMs && ms <= toMs);
    return within.slice(1).map((ms, i) => ms - within[i]!);
  });
}

function sum(all: readonly Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of all) for (const [name, value] of Object.entries(one)) total[name] = (total[name] ?? 0) + value;
  return total;
}
