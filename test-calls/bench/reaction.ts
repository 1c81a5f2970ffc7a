import { beat } from '../phone/beat.ts';
import type { IncomingCall } from '../phone/incoming-call.ts';
import type { Bench, BenchOptions, Measured } from './bench.ts';
import type { Person } from './crowd.ts';
import { Crowd, hear, pressAndHear } from './crowd.ts';
import { percentile, spreadOf } from './figures.ts';
import { loadBetween, PHONES } from './usage.ts';

const CALLS = 20;

/** One thing that was waited for. Times in ms; `atMs` is when it came. */
interface Reaction {
  readonly kind: 'answer' | 'language' | 'star' | 'accept' | 'refuse' | 'block' | 'undo';
  readonly atMs: number;
  readonly ms: number;
  /** For keys: from the key's first packet. */
  readonly fromFirstMs?: number;
}

type Note = (reaction: Reaction) => void;

/** What people at home do, in turns: each way presses other keys. */
const ways: readonly ((crowd: Crowd, call: IncomingCall, note: Note) => Promise<void>)[] = [
  async (crowd, call, note) => {
    await pressed(call, '*', crowd.sounds.first.es, 'star', note);
    await pressed(call, '*', crowd.sounds.first.en, 'star', note);
    await hear(call, crowd.sounds.menu, 'the menu');
    await pressed(call, '1', crowd.sounds.accepted, 'accept', note);
    await hear(call, crowd.sounds.accepted, 'the thanks', { until: 'end' });
    await crowd.stage.pause(1_000 + 1_000 * Math.random());
    await call.hangup();
  },
  async (crowd, call, note) => {
    await crowd.stage.pause(2_000 * Math.random());
    await pressed(call, '2', crowd.sounds.refused, 'refuse', note);
    await call.ended;
  },
  async (crowd, call, note) => {
    await pressed(call, '9', crowd.sounds.blocked, 'block', note);
    await pressed(call, '9', crowd.sounds.unblocked, 'undo', note);
    await hear(call, crowd.sounds.first.en, 'the offer again', { from: performance.now() });
    await pressed(call, '2', crowd.sounds.refused, 'refuse', note);
    await call.ended;
  },
];

async function pressed(call: IncomingCall, key: string, sound: string, kind: Reaction['kind'], note: Note) {
  const { heard, firstMs, endMs } = await pressAndHear(call, key, sound, `the reaction to ${key}`);
  note({ kind, atMs: heard.atMs, ms: heard.atMs - endMs, fromFirstMs: heard.atMs - firstMs });
}

async function oneCall(crowd: Crowd, person: Person, way: (typeof ways)[number], note: Note): Promise<void> {
  const home = crowd.atHome(person, async (call) => {
    call.ring();
    await call.answer({ delayMs: 300 + 700 * Math.random() });
    const first = await hear(call, crowd.sounds.first.en, 'the announcement');
    note({ kind: 'answer', atMs: first.atMs, ms: first.atMs - (call.answeredMs ?? NaN) });
    await way(crowd, call, note);
  });
  home.catch(() => undefined);
  const caller = await crowd.callHome(person, {
    languageToVoice: (ms, fromFirstMs) => note({ kind: 'language', atMs: performance.now(), ms, fromFirstMs }),
  });
  await crowd.unlessSentAway(home, caller).finally(() => caller.hangup());
}

export const reaction: Bench = {
  name: 'reaction',
  title: `Answer to announcement, key to reaction, at ${CALLS} concurrent calls`,
  async run(options: BenchOptions): Promise<Measured> {
    const { quick, say } = options;
    const prompts = quick ? 'short' : 'spoken';
    const [runs, seconds] = quick ? [1, 12] : [3, 60];
    const crowd = await Crowd.gather({ ...options, people: 2 * CALLS, prompts });
    try {
      const all: Run[] = [];
      for (let n = 1; n <= runs; n++) {
        all.push(await oneRun(crowd, seconds));
        say(`run ${n} of ${runs}: ${all.at(-1)!.line}`);
      }
      const p = (share: number, pick: (run: Run) => readonly number[]) =>
        all.map((run) => percentile(pick(run), share));
      const keys = (run: Run) => run.keys;
      const answers = (run: Run) => run.answers;
      return {
        figures: [
          { what: 'answer -> announcement, p50', unit: 'ms', runs: p(0.5, answers) },
          { what: 'answer -> announcement, p95', unit: 'ms', runs: p(0.95, answers), atMost: 150 },
          { what: 'answer -> announcement, max', unit: 'ms', runs: p(1, answers) },
          { what: 'key released -> reaction, p50', unit: 'ms', runs: p(0.5, keys) },
          { what: 'key released -> reaction, p95', unit: 'ms', runs: p(0.95, keys), atMost: 120 },
          { what: 'key released -> reaction, max', unit: 'ms', runs: p(1, keys) },
          { what: 'key pressed (80 ms) -> reaction, p95', unit: 'ms', runs: p(0.95, (run) => run.fromFirst) },
          { what: 'calls that failed', unit: 'calls', runs: all.map(({ failed }) => failed.length), atMost: 0 },
        ],
        notes: [
          `${prompts} prompts; every line has a call at any time, the next one begins when the last has ended`,
          'answer: from the 200 OK sent; key: from its first packet with the end bit; to the arrival of the first packet with audible prompt',
        ],
        detail: { calls: CALLS, prompts, secondsPerRun: seconds, runs: all.map(({ summary }) => summary) },
      };
    } finally {
      await crowd.close();
    }
  },
};

interface Run {
  readonly answers: readonly number[];
  readonly keys: readonly number[];
  readonly fromFirst: readonly number[];
  readonly failed: readonly string[];
  readonly summary: unknown;
  /** The run in one line. */
  readonly line: string;
}

/** Every line calls again and again. Counted is what comes while all of them do. */
async function oneRun(crowd: Crowd, seconds: number): Promise<Run> {
  const reactions: Reaction[] = [];
  const failed: string[] = [];
  let calls = 0;
  const startMs = performance.now() + 4_000;
  const endMs = startMs + seconds * 1000;
  // Two people to a line, in turns: the end of one's call is still being written while the other calls.
  const line = async (_: unknown, index: number): Promise<void> => {
    await crowd.stage.pause((index * 3_000) / CALLS);
    for (let n = index; performance.now() < endMs; n++, calls++)
      try {
        await oneCall(crowd, crowd.people[index + (n % 2) * CALLS]!, ways[n % ways.length]!, (reaction) =>
          reactions.push(reaction),
        );
      } catch (error) {
        failed.push(String(error));
        await crowd.stage.pause(500);
      }
  };
  const lines = Array.from({ length: CALLS }, line);
  await crowd.stage.pause(startMs - performance.now());
  const before = await crowd.used();
  await crowd.stage.pause(endMs - performance.now());
  const load = loadBetween(before, await crowd.used());
  const phonesLate = beat.lateness();
  await Promise.all(lines);
  const counted = reactions.filter(({ atMs }) => atMs >= startMs && atMs <= endMs);
  const of = (...kinds: Reaction['kind'][]) => counted.filter(({ kind }) => kinds.includes(kind));
  const keys = counted.filter(({ kind }) => kind !== 'answer');
  const ms = (some: readonly Reaction[]) => some.map((reaction) => reaction.ms);
  const kinds = ['answer', 'language', 'star', 'accept', 'refuse', 'block', 'undo'] as const;
  const summary = {
    calls,
    failed: failed.length,
    failures: failed.slice(0, 10),
    ...Object.fromEntries(kinds.map((kind) => [kind, spreadOf(ms(of(kind)))])),
    corePercent: load,
    phonesLateMs: phonesLate,
    phonesTooBusy: (load[PHONES] ?? 0) > 70,
  };
  return {
    answers: ms(of('answer')),
    keys: ms(keys),
    fromFirst: keys.flatMap(({ fromFirstMs }) => (fromFirstMs === undefined ? [] : [fromFirstMs])),
    failed,
    summary,
    line: `${calls} calls, ${failed.length} failed; ${kinds
      .map((kind) => `${kind} ${spreadOf(ms(of(kind))).p95}`)
      .join(', ')} ms (p95); other processes used ${load['others'] ?? 0} % of a core`,
  };
}
