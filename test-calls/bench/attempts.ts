import { beat } from '../phone/beat.ts';
import type { Bench, BenchOptions, Measured } from './bench.ts';
import { Crowd, hear, pressAndHear } from './crowd.ts';
import type { Person } from './crowd.ts';
import { median, percentile, rounded, spreadOf } from './figures.ts';
import type { Spread } from './figures.ts';
import { cpuBetween, loadBetween, PHONES } from './usage.ts';

/** Attempts a second, tried one after the other. */
const RATES = [2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 80];
const LIMIT_MS = 300;
/** More than this of a core, and the phones measure themselves. */
const MOST_PHONES_PERCENT = 70;
/** Nobody calls twice within this many calls: a call lasts about six seconds. */
const PEOPLE = 1_000;

interface Attempt {
  readonly startedMs: number;
  readonly answerMs?: number;
  readonly keyMs?: number;
  readonly dialToAnswerMs?: number;
  readonly fault?: string;
}

interface Step {
  readonly rate: number;
  readonly attempts: number;
  readonly failed: number;
  readonly failures: readonly string[];
  /** Answer to announcement, key to thanks, dialling to the answer of the platform. */
  readonly answer: Spread;
  readonly key: Spread;
  readonly pickUp: Spread;
  readonly concurrent: number;
  readonly corePercent: Readonly<Record<string, number>>;
  readonly cpuMsPerAttempt: Readonly<Record<string, number>>;
  readonly phonesLateMs: { readonly p99: number };
  readonly verdict: 'held' | 'too slow' | 'calls failed' | 'void: the phones were the limit';
}

/** One person calls, is accepted, they say nothing for a moment, the called party hangs up. Never rejects. */
async function attempt(crowd: Crowd, person: Person): Promise<Attempt> {
  const startedMs = performance.now();
  const noted: { answerMs?: number; keyMs?: number; dialToAnswerMs?: number } = {};
  const home = crowd.atHome(person, async (call) => {
    await call.answer();
    const first = await hear(call, crowd.sounds.first.en, 'the announcement');
    noted.answerMs = first.atMs - (call.answeredMs ?? NaN);
    await hear(call, crowd.sounds.menu, 'the menu');
    const { heard, endMs } = await pressAndHear(call, '1', crowd.sounds.accepted, 'the thanks');
    noted.keyMs = heard.atMs - endMs;
    await hear(call, crowd.sounds.accepted, 'the thanks', { until: 'end' });
    await crowd.stage.pause(500);
    await call.hangup();
  });
  home.catch(() => undefined);
  try {
    const caller = await crowd.callHome(person);
    noted.dialToAnswerMs = (caller.answeredMs ?? NaN) - startedMs;
    await crowd.unlessSentAway(home, caller).finally(() => Promise.race([caller.ended, crowd.stage.pause(5_000)]));
    await caller.hangup();
    return { startedMs, ...noted };
  } catch (error) {
    return { startedMs, ...noted, fault: String(error) };
  }
}

/** Attempts come at an even rate, whatever becomes of those before: the first third, until as many end as begin, is not counted. */
async function step(crowd: Crowd, rate: number, seconds: number, next: () => Person): Promise<Step> {
  const attempts: Promise<Attempt>[] = [];
  const beginMs = performance.now();
  const countMs = beginMs + (seconds / 3) * 1000;
  const endMs = beginMs + seconds * 1000;
  let before = await crowd.used();
  let counting = false;
  let concurrent = 0;
  for (let n = 0; ; n++) {
    const dueMs = beginMs + (n * 1000) / rate;
    if (dueMs >= endMs) break;
    await crowd.stage.pause(Math.max(0, dueMs - performance.now()));
    if (!counting && performance.now() >= countMs) {
      counting = true;
      before = await crowd.used();
    }
    concurrent = crowd.stage.inside.calls.length;
    attempts.push(attempt(crowd, next()));
  }
  const after = await crowd.used();
  const late = beat.lateness();
  const all = (await Promise.all(attempts)).filter(({ startedMs }) => startedMs >= countMs);
  const values = (pick: (one: Attempt) => number | undefined) => all.flatMap((one) => pick(one) ?? []);
  const failed = all.filter(({ fault }) => fault !== undefined);
  const answers = values(({ answerMs }) => answerMs);
  const load = loadBetween(before, after);
  const begun = (rate * (after.atMs - before.atMs)) / 1000;
  const verdict = (): Step['verdict'] => {
    if ((load[PHONES] ?? 0) > MOST_PHONES_PERCENT) return 'void: the phones were the limit';
    if (failed.length > all.length / 100) return 'calls failed';
    return percentile(answers, 0.95) <= LIMIT_MS ? 'held' : 'too slow';
  };
  return {
    ...{
      rate,
      attempts: all.length,
      failed: failed.length,
      failures: failed.slice(0, 5).map(({ fault }) => fault ?? ''),
    },
    answer: spreadOf(answers),
    key: spreadOf(values(({ keyMs }) => keyMs)),
    pickUp: spreadOf(values(({ dialToAnswerMs }) => dialToAnswerMs)),
    ...{ concurrent, corePercent: load, phonesLateMs: late, verdict: verdict() },
    cpuMsPerAttempt: Object.fromEntries(
      Object.entries(cpuBetween(before, after)).map(([name, ms]) => [name, rounded(ms / begun)]),
    ),
  };
}

export const attempts: Bench = {
  name: 'attempts',
  title: 'Attempts a second through PIN, policy, offer and acceptance, one ivr process',
  async run(options: BenchOptions): Promise<Measured> {
    const { quick, say } = options;
    const seconds = quick ? 9 : 18;
    const crowd = await Crowd.gather({ ...options, people: PEOPLE, prompts: 'short' });
    try {
      let called = 0;
      const next = (): Person => crowd.people[called++ % PEOPLE]!;
      const steps: Step[] = [];
      const one = async (rate: number): Promise<Step> => {
        const done = await step(crowd, rate, seconds, next);
        steps.push(done);
        say(lineOf(done));
        // The platform finishes what it still writes before more is asked of it.
        await crowd.stage.pause(1_000);
        return done;
      };
      // The first calls of a process are dear: Node compiles what they run through.
      await step(crowd, 3, quick ? 3 : 9, next);
      let held: number | undefined;
      // A step that fails once may have met somebody else's work: two of three count.
      const holds = async (rate: number): Promise<boolean> => {
        for (let good = 0, bad = 0; ;) {
          if ((await one(rate)).verdict === 'held') good++;
          else bad++;
          if (bad === 0 || good === 2) return true;
          if (quick || bad === 2) return false;
        }
      };
      for (const rate of quick ? RATES.slice(0, 3) : RATES) {
        if (!(await holds(rate))) break;
        held = rate;
      }
      const of = (rate: number | undefined) => steps.filter((some) => some.rate === rate);
      while (!quick && held !== undefined && of(held).length < 3) await one(held);
      const last = of(held);
      const cost = (name: string) => last.map(({ cpuMsPerAttempt }) => cpuMsPerAttempt[name] ?? NaN);
      const limit = steps.find(({ rate }) => rate > (held ?? 0));
      return {
        figures: [
          { what: 'last rate that held', unit: 'attempts/s', runs: held === undefined ? [] : [held] },
          { what: 'there: answer -> announcement, p50', unit: 'ms', runs: last.map(({ answer }) => answer.p50) },
          {
            what: 'there: answer -> announcement, p95',
            unit: 'ms',
            runs: last.map(({ answer }) => answer.p95),
            atMost: LIMIT_MS,
          },
          { what: 'there: key -> thanks, p95', unit: 'ms', runs: last.map(({ key }) => key.p95) },
          {
            what: 'there: dialling -> answer of the platform, p95',
            unit: 'ms',
            runs: last.map(({ pickUp }) => pickUp.p95),
          },
          ...Object.keys(last[0]?.cpuMsPerAttempt ?? {}).map((name) => ({
            ...{ what: `CPU per attempt: ${name}`, unit: 'ms', runs: cost(name) },
          })),
        ],
        notes: [
          'short prompts (half a second each); every attempt: language, PIN, policy, dial, announcement, notice, acceptance, bridge, recording, hang-up',
          `held: p95 at most ${LIMIT_MS} ms, at most 1 % of the calls failed, phones at most ${MOST_PHONES_PERCENT} % of a core`,
          limit ? `the next: ${lineOf(limit)}` : 'no rate that was tried did not hold',
        ],
        detail: {
          secondsPerStep: seconds,
          steps,
          medianConcurrentAtHeld: median(last.map(({ concurrent }) => concurrent)),
        },
      };
    } finally {
      await crowd.close();
    }
  },
};

const lineOf = ({ rate, answer, key, failed, concurrent, corePercent, verdict }: Step): string =>
  `${rate}/s: answer p95 ${answer.p95} ms, key p95 ${key.p95} ms, ${failed} of ${answer.n} failed, ${concurrent} at once; ` +
  `${Object.entries(corePercent)
    .map(([name, percent]) => `${name} ${percent}`)
    .join(' ')} % -> ${verdict}`;
