import type { Bench, BenchOptions, Measured } from './bench.ts';
import { Caller, type Outcome } from './engine/caller.ts';
import { Child } from './engine/child.ts';
import type { FromSip, ToSip } from './engine/servers.ts';
import type { Figure } from './figures.ts';
import { percentile, rounded } from './figures.ts';
import { cpuOf } from './usage.ts';

/** Calls a second. */
const RATES = [50, 200, 400];
/** What is to be reached (issue 5, part 6). */
const TARGET_RATE = 200;

interface Step extends Outcome {
  readonly rate: number;
  /** CPU milliseconds of the SIP server for each call. */
  readonly cpuMs: number;
  readonly corePercent: number;
  readonly callerPercent: number;
  readonly applicationPercent: number;
}

export const signalling: Bench = {
  name: 'signalling',
  title: 'calls set up and torn down through the SIP server alone',
  async run({ quick, say }: BenchOptions): Promise<Measured> {
    const runs: Step[] = [];
    for (let turn = 0; turn < (quick ? 1 : 3); turn++) runs.push(...(await once(quick ? 3 : 10, say)));
    return {
      figures: RATES.flatMap((rate) =>
        figuresOf(
          rate,
          runs.filter((step) => step.rate === rate),
        ),
      ),
      notes: [
        'INVITE, 200, ACK, BYE, 200 between a caller and an application that answers at once, each in a process of its own',
        'the caller sends nothing twice: a message that is lost is a call that failed',
      ],
      detail: { steps: runs.map((step) => ({ ...step, setUpMs: percentile(step.setUpMs, 0.95) })) },
    };
  },
};

async function once(seconds: number, say: (text: string) => void): Promise<Step[]> {
  const { child: sip, first } = await Child.start<ToSip, FromSip>('sip-process.ts');
  if (first.kind !== 'ready') throw new Error(`the SIP server said ${first.kind}`);
  const { child: application } = await Child.start('answering-process.ts', [String(first.adminPort)]);
  const caller = await Caller.open(first.sipPort);
  const steps: Step[] = [];
  try {
    for (const rate of RATES) {
      const read = async () => ({
        atMs: performance.now(),
        sip: await cpuOf(sip.pid),
        application: await cpuOf(application.pid),
        own: process.cpuUsage(),
      });
      const before = await read();
      const outcome = await caller.call(rate, seconds);
      const after = await read();
      const percent = (cpuMs: number): number => Math.round((100 * cpuMs) / (after.atMs - before.atMs));
      const cpu = after.sip - before.sip;
      const own = (after.own.user + after.own.system - before.own.user - before.own.system) / 1_000;
      const step = {
        ...{ ...outcome, rate, cpuMs: cpu / outcome.begun, corePercent: percent(cpu), callerPercent: percent(own) },
        applicationPercent: percent(after.application - before.application),
      };
      steps.push(step);
      say(
        `${rate} a second: ${outcome.ended} of ${outcome.begun} ended well, set up in ${rounded(percentile(outcome.setUpMs, 0.95))} ms (p95); ` +
          `SIP server ${rounded(step.cpuMs)} ms a call, ${step.corePercent} % of a core; caller ${step.callerPercent} %, application ${step.applicationPercent} %`,
      );
    }
  } finally {
    caller.close();
    await application.end();
    await sip.end();
  }
  return steps;
}

function figuresOf(rate: number, steps: readonly Step[]): Figure[] {
  const judged = rate <= TARGET_RATE;
  const figure = (what: string, unit: string, of: (step: Step) => number, atMost?: number): Figure => ({
    ...{ what: `${rate} calls a second: ${what}`, unit, runs: steps.map(of) },
    ...(atMost === undefined || !judged ? {} : { atMost }),
  });
  return [
    figure('failed', 'calls', ({ failed }) => failed, 0),
    figure('CPU of the SIP server per call', 'ms', ({ cpuMs }) => cpuMs, 1_000 / TARGET_RATE),
    figure('INVITE -> 200, p95', 'ms', ({ setUpMs }) => percentile(setUpMs, 0.95)),
  ];
}
