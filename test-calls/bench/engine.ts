import { availableParallelism } from 'node:os';
import type { Bench, BenchOptions, Measured } from './bench.ts';
import type { Contestant } from './engine/contestant.ts';
import { Phones, type Counted } from './engine/phones.ts';
import { bareRelay } from './engine/relays.ts';
import { embedded, freeSwitch } from './engine/servers.ts';
import type { Figure } from './figures.ts';
import { median, rounded } from './figures.ts';
import { droppedDatagrams, machineTime } from './machine.ts';
import { cpuOf, memoryOf } from './usage.ts';

/** Calls that are carried at the same time; the target is the last. */
const STEPS = [50, 200, 450, 700];
const QUICK_STEPS = [25, 50];
/** Between the last call's bridge and the first packet that counts: what the set-up left behind is done. */
const SETTLE_MS = 2_000;
const MOST_PHONES_PERCENT = 70;
const MOST_PHONES_LATE_MS = 20;
/** Of all cores: a server that has taken so much with its phones is given no more calls, which would keep the machine for minutes. */
const FULL_PERCENT = 80;

/** What is to be reached on one core (issue 5, part 6). */
const TARGETS = { calls: 700, dgramCalls: 450, spacingMs: 25, memoryKb: 150 };

interface Step {
  readonly calls: number;
  /** CPU milliseconds per call and second. */
  readonly cpuMs: number;
  readonly corePercent: number;
  /** More than with no call, for each; NaN at less than 50 calls. */
  readonly memoryKb: number;
  readonly heard: Counted;
  readonly dropped: number;
  readonly phonesPercent: number;
  readonly othersPercent: number;
  readonly setUpMs: number;
  readonly state: Readonly<Record<string, number>> | undefined;
}

interface Run {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly broke: string | undefined;
}

export const engine: Bench = {
  name: 'engine',
  title: 'bridged and recorded calls: the media server alone, beside bare relays',
  async run({ quick, say, also, calls, carriedBy, profile }: BenchOptions): Promise<Measured> {
    const steps = calls ?? (quick ? QUICK_STEPS : STEPS);
    const seconds = quick ? 4 : 15;
    const freeSwitchPid = also.get('freeswitch');
    const contestants: Record<string, () => Promise<Contestant>> = {
      mmsg: () => embedded('auto', profile),
      'relay-mmsg': () => bareRelay('mmsg'),
      dgram: () => embedded('dgram', profile),
      'relay-dgram': () => bareRelay('dgram'),
      ...(freeSwitchPid === undefined ? {} : { freeswitch: () => freeSwitch(freeSwitchPid) }),
    };
    const chosen = Object.entries(contestants).filter(([name]) => carriedBy === undefined || carriedBy.includes(name));
    const runs: Run[] = [];
    for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
      for (const [, begin] of chosen) runs.push(await carry(begin, steps, seconds, say));
    }
    return {
      figures: figuresOf(runs),
      notes: [
        'each in turn, several times over: the same phones, in one process of their own, on the same cores',
        `each step ${seconds} s; when a packet came is what the kernel noted (SO_TIMESTAMPNS)`,
        'memory: the proportional set size less that without calls, after a full garbage collection where one can be asked for',
        ...runs.flatMap(({ name, broke }) => (broke === undefined ? [] : [`${name} broke off: ${broke}`])),
        ...runs.flatMap(({ name, steps: all }) =>
          all.flatMap((step) => voidBy(step).map((why) => `${name}, ${step.calls} calls: void, as ${why}`)),
        ),
      ],
      detail: { seconds, cores: availableParallelism(), runs },
    };
  },
};

/** One contestant with more and more calls, until it has carried all or cannot go on. */
async function carry(
  begin: () => Promise<Contestant>,
  steps: readonly number[],
  seconds: number,
  say: (text: string) => void,
): Promise<Run> {
  const phones = await Phones.start();
  const contestant = await begin();
  const done: Step[] = [];
  let broke: string | undefined;
  try {
    await contestant.state(true);
    const emptyBytes = await memoryOf(contestant.pid);
    let carried = 0;
    for (const calls of steps) {
      const beganMs = performance.now();
      await phones.speak(await contestant.add(calls - carried, phones));
      const setUpMs = (performance.now() - beganMs) / (calls - carried);
      carried = calls;
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const step = await measure(contestant, phones, { calls, seconds, emptyBytes, setUpMs });
      done.push(step);
      say(
        `${contestant.name}, ${calls} calls: ${rounded(step.cpuMs)} ms of CPU a call-second, ${step.corePercent} % of a core; ` +
          `spacing p99 ${step.heard.spacingMs.p99} ms; ${step.heard.lost} lost; ${rounded(step.memoryKb)} kB a call; ` +
          `phones ${step.phonesPercent} %, others ${step.othersPercent} %`,
      );
      if (step.corePercent + step.phonesPercent > FULL_PERCENT * availableParallelism() && calls !== steps.at(-1))
        throw new Error(`${calls} calls fill the machine`);
    }
  } catch (error) {
    broke = String(error);
    say(`${contestant.name} broke off: ${broke}`);
  } finally {
    await phones.clear().catch(() => undefined);
    await contestant.end();
    await phones.end();
  }
  return { name: contestant.name, steps: done, broke };
}

async function measure(
  contestant: Contestant,
  phones: Phones,
  given: { calls: number; seconds: number; emptyBytes: number; setUpMs: number },
): Promise<Step> {
  const { calls, seconds, emptyBytes, setUpMs } = given;
  const { pid } = contestant;
  const read = async () => ({
    atMs: performance.now(),
    server: await cpuOf(pid),
    phones: await cpuOf(phones.pid),
    own: process.cpuUsage(),
    machine: await machineTime(),
    dropped: await droppedDatagrams(),
  });
  await contestant.measured?.('from now');
  const before = await read();
  const heard = await phones.count(seconds * 1_000);
  const after = await read();
  const ms = after.atMs - before.atMs;
  const percent = (cpuMs: number): number => Math.round((100 * cpuMs) / ms);
  const [server, spoken] = [after.server - before.server, after.phones - before.phones];
  const own = (after.own.user + after.own.system - before.own.user - before.own.system) / 1_000;
  await contestant.measured?.('until now');
  const counted = await contestant.state(true);
  return {
    calls,
    cpuMs: server / (calls * (ms / 1_000)),
    corePercent: percent(server),
    memoryKb: ((await memoryOf(pid)) - emptyBytes) / 1024 / calls,
    heard,
    dropped: after.dropped - before.dropped,
    phonesPercent: percent(spoken),
    othersPercent: percent(after.machine.busyMs - before.machine.busyMs - server - spoken - own),
    setUpMs,
    state: counted,
  };
}

function figuresOf(runs: readonly Run[]): Figure[] {
  const names = [...new Set(runs.map(({ name }) => name))];
  const figures: Figure[] = [];
  for (const name of names) {
    const all = runs.filter((run) => run.name === name).flatMap(({ steps }) => steps);
    const counts = [...new Set(all.map(({ calls }) => calls))];
    const target =
      name === 'embedded, mmsg' ? TARGETS.calls : name === 'embedded, dgram' ? TARGETS.dgramCalls : undefined;
    const least = Math.min(...counts);
    for (const calls of counts) {
      const steps = all.filter((step) => step.calls === calls);
      const judged = target !== undefined && calls <= target;
      const figure = (what: string, unit: string, of: (step: Step) => number, atMost?: number): void =>
        void figures.push({
          ...{ what: `${name}, ${calls} calls: ${what}`, unit, runs: steps.map(of) },
          ...(atMost === undefined || !judged ? {} : { atMost }),
        });
      figure('CPU per call-second', 'ms', ({ cpuMs }) => cpuMs, calls === target ? 1_000 / calls : undefined);
      figure('packet spacing, p99', 'ms', ({ heard }) => heard.spacingMs.p99, TARGETS.spacingMs);
      figure('packets lost', 'packets', ({ heard }) => heard.lost, 0);
      figure('sent, and not received', 'packets', missing, judged ? slack(calls) : undefined);
      if (steps.some(({ dropped }) => dropped > 0))
        figure('dropped by the kernel', 'packets', ({ dropped }) => dropped, 0);
      if (steps.every(({ state }) => state))
        figure('tick late, p99', 'ms', ({ state }) => state!['tickLateP99Ms'] ?? NaN);
      figure('memory per call', 'kB', ({ memoryKb }) => memoryKb, calls >= 200 ? TARGETS.memoryKb : undefined);
      if (judged && calls > least) {
        const first = median(all.filter((step) => step.calls === least).map(({ cpuMs }) => cpuMs));
        figure(`CPU per call, as a part of that with ${least}`, '', ({ cpuMs }) => cpuMs / first, 1);
      }
    }
  }
  return [...figures, ...ratios(runs)];
}

/** The embedded server beside the relay with the same sockets, in the same turn. */
function ratios(runs: readonly Run[]): Figure[] {
  return (['mmsg', 'dgram'] as const).flatMap((io) => {
    const [servers, relays] = [`embedded, ${io}`, `bare relay, ${io}`].map((name) =>
      runs.filter((run) => run.name === name),
    );
    const calls = servers?.[0]?.steps.at(-1)?.calls;
    const pairs = (servers ?? []).flatMap((server, turn) => {
      const ours = server.steps.find((step) => step.calls === calls);
      const bare = relays?.[turn]?.steps.find((step) => step.calls === calls);
      return ours && bare ? [ours.cpuMs / bare.cpuMs] : [];
    });
    return pairs.length === 0
      ? []
      : [{ what: `embedded / bare relay by ${io}, ${calls} calls: CPU`, unit: '', runs: pairs }];
  });
}

/** Why a step says nothing about who carried the calls. */
const voidBy = ({ phonesPercent, heard }: Step): string[] => [
  ...(phonesPercent > MOST_PHONES_PERCENT ? [`the phones used ${phonesPercent} % of a core`] : []),
  ...(heard.lateMs.p99 > MOST_PHONES_LATE_MS ? [`the phones were late by ${rounded(heard.lateMs.p99)} ms (p99)`] : []),
];

const missing = ({ heard }: Step): number => Math.max(0, heard.sent - heard.received);
/** What is under way when the count begins and ends: up to three packets a leg. */
const slack = (calls: number): number => 6 * calls;
