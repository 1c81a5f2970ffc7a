import { beat } from '../phone/beat.ts';
import type { IncomingCall } from '../phone/incoming-call.ts';
import type { Spoken } from '../phone/mouth.ts';
import { toLinear } from '../phone/mu-law.ts';
import type { OutgoingCall } from '../phone/outgoing-call.ts';
import { readRecording } from '../recording.ts';
import type { Bench, BenchOptions, Measured } from './bench.ts';
import type { Person } from './crowd.ts';
import { Crowd, hear, pressAndHear } from './crowd.ts';
import type { Fidelity } from './fidelity.ts';
import { follow, noise } from './fidelity.ts';
import { percentile, rounded, spreadOf } from './figures.ts';
import { droppedDatagrams } from './machine.ts';
import { cpuBetween, loadBetween, PHONES } from './usage.ts';

const CALLS = 50;
/** Calls are set up one after the other, and every phone speaks from the acceptance of its call on. */
const SET_UP_MS = 200;
/** Added to what is spoken, so that the first still speaks when the last has spoken its full time. */
const LEAD_SECONDS = (CALLS * SET_UP_MS) / 1000 + 15;

interface Side {
  readonly stream: Uint8Array<ArrayBuffer>;
  readonly call: IncomingCall | OutgoingCall;
  readonly spoken: Promise<Spoken>;
}

interface Talk {
  readonly inside: Side;
  readonly outside: Side;
}

/** How the two of one call hear and are recorded; `skewMs`: how much later the right channel lies than the left. */
interface Checked {
  readonly heard: readonly Heard[];
  readonly recorded: readonly Fidelity[];
  readonly skewMs: number;
  readonly notRecorded: string | undefined;
}

interface Heard {
  readonly fidelity: Fidelity;
  readonly spoken: Spoken;
  /** Mouth to ear, ms, once a second. */
  readonly delaysMs: readonly number[];
  /** Samples at the end of what was spoken that were not heard. */
  readonly tail: number;
}

/** Sets a call up, and lets both speak their streams from the key that accepts it. Resolves when they are bridged. */
async function talk(crowd: Crowd, person: Person, index: number, seconds: number): Promise<Talk> {
  const streams = [noise(seconds * 8000, 2 * index), noise(seconds * 8000, 2 * index + 1)] as const;
  const home = crowd.atHome(person, async (call) => {
    call.ring();
    await call.answer();
    await hear(call, crowd.sounds.menu, 'the menu');
    await pressAndHear(call, '1', crowd.sounds.accepted, 'the thanks');
    return call;
  });
  home.catch(() => undefined);
  const caller = await crowd.callHome(person);
  const answerer = await crowd.unlessSentAway(home, caller);
  const speak = (call: IncomingCall | OutgoingCall, stream: Uint8Array<ArrayBuffer>): Side => ({
    ...{ call, stream },
    spoken: call.speak(stream),
  });
  const both = { inside: speak(caller, streams[0]), outside: speak(answerer, streams[1]) };
  await crowd.stage.bridged(caller);
  return both;
}

/** Ends a call half a second after both have said everything, so that the last of it is heard. */
async function end(crowd: Crowd, { inside, outside }: Talk): Promise<void> {
  await Promise.all([inside.spoken, outside.spoken]);
  await crowd.stage.pause(500);
  await outside.call.hangup();
  await inside.call.ended;
}

async function check(crowd: Crowd, { inside, outside }: Talk): Promise<Checked> {
  const heard = [await heardBy(inside, outside), await heardBy(outside, inside)];
  const callId = await crowd.stage.idOf(inside.call as OutgoingCall);
  const { recording } = await crowd.stage.settled(callId);
  const path = recording?.stored?.location ?? recording?.spoolPath ?? '';
  const wav = await readRecording(path).catch((error: unknown) => String(error));
  if (typeof wav === 'string') return { heard, recorded: [], skewMs: NaN, notRecorded: wav };
  const [left, right] = [inside, outside].map(({ stream }, channel) =>
    follow(wav.channels[channel] ?? new Int16Array(0), linear(stream)),
  ) as [Fidelity, Fidelity];
  // When the sample was spoken that lies at the recording's beginning, by each channel.
  const origin = ({ fromMs }: Spoken, { first, firstAt }: Fidelity): number => fromMs + (first - firstAt) / 8;
  const skewMs = origin(await inside.spoken, left) - origin(await outside.spoken, right);
  return { heard, recorded: [left, right], skewMs, notRecorded: undefined };
}

async function heardBy(listener: Side, speaker: Side): Promise<Heard> {
  const { track } = listener.call.ear;
  const spoken = await speaker.spoken;
  const fidelity = follow(linear(track.samples.slice()), linear(speaker.stream), track.sampleAt(spoken.fromMs));
  const delaysMs: number[] = [];
  for (let at = fidelity.firstAt + 8000; at < fidelity.lastAt; at += 8000) {
    const arrivedMs = track.arrivalOf(at);
    const sentMs = spoken.fromMs + (at - fidelity.firstAt + fidelity.first) / 8;
    if (arrivedMs !== undefined) delaysMs.push(arrivedMs - sentMs);
  }
  return { fidelity, spoken, delaysMs, tail: speaker.stream.length - fidelity.last };
}

const linear = (codes: Uint8Array): Int16Array => Int16Array.from(codes, (code) => toLinear[code]!);

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

      const sides = talks.flatMap(({ inside, outside }) => [inside.call, outside.call]);
      const gaps = sides.flatMap(({ ear }) => gapsOf(ear.track.arrivals, fromMs, toMs));
      const heard = checked.flatMap((one) => one.heard);
      const recorded = checked.flatMap((one) => one.recorded);
      const counts = sum(sides.map(({ ear }) => ({ ...ear.counts })));
      const callSeconds = (talks.length * (after.atMs - before.atMs)) / 1000;
      const cpu = cpuBetween(before, after);
      const load = loadBetween(before, after);
      const memory = Object.entries(after.processes).map(
        ([name, used]) => [name, used.memoryBytes - (idle.processes[name]?.memoryBytes ?? 0)] as const,
      );
      const once = (what: string, unit: string, value: number, atMost?: number) => ({
        ...{ what, unit, runs: [value] },
        ...(atMost === undefined ? {} : { atMost }),
      });
      const wrong = (some: readonly Fidelity[], key: 'missing' | 'repeated' | 'foreign') =>
        some.reduce((total, one) => total + one[key], 0);
      return {
        figures: [
          once('calls that failed', 'calls', failed.length, 0),
          once(
            'heard: samples missing',
            'samples',
            wrong(
              heard.map(({ fidelity }) => fidelity),
              'missing',
            ),
            0,
          ),
          once(
            'heard: samples repeated',
            'samples',
            wrong(
              heard.map(({ fidelity }) => fidelity),
              'repeated',
            ),
            0,
          ),
          once(
            'heard: samples that nobody spoke',
            'samples',
            wrong(
              heard.map(({ fidelity }) => fidelity),
              'foreign',
            ),
            0,
          ),
          once('heard: longest end not heard', 'samples', Math.max(...heard.map(({ tail }) => tail)), 0),
          once('recorded: samples missing', 'samples', wrong(recorded, 'missing'), 0),
          once('recorded: samples repeated', 'samples', wrong(recorded, 'repeated'), 0),
          once('recorded: samples that nobody spoke', 'samples', wrong(recorded, 'foreign'), 0),
          once('recorded: longest end missing', 'samples', longestTail(talks, checked), 0),
          once('calls without a recording', 'calls', checked.filter((one) => one.notRecorded).length, 0),
          once(
            'recorded: channels apart, p95',
            'ms',
            percentile(
              checked.map((one) => Math.abs(one.skewMs)),
              0.95,
            ),
          ),
          once('packet spacing, p50', 'ms', percentile(gaps, 0.5)),
          once('packet spacing, p99', 'ms', percentile(gaps, 0.99), 25),
          once('packet spacing, max', 'ms', percentile(gaps, 1)),
          once(
            'mouth to ear, p50',
            'ms',
            percentile(
              heard.flatMap(({ delaysMs }) => delaysMs),
              0.5,
            ),
          ),
          once(
            'mouth to ear, p99',
            'ms',
            percentile(
              heard.flatMap(({ delaysMs }) => delaysMs),
              0.99,
            ),
          ),
          once('packets lost, by sequence number', 'packets', counts['lost'] ?? 0, 0),
          once('packets reordered', 'packets', counts['reordered'] ?? 0, 0),
          once('packets twice', 'packets', counts['duplicates'] ?? 0, 0),
          once('datagrams dropped by the kernel', 'packets', dropped, 0),
          ...(live ? [once('media: tick late, p99', 'ms', live['tickLateP99Ms'] ?? NaN)] : []),
          ...Object.entries(cpu).map(([name, ms]) => once(`CPU per call-second: ${name}`, 'ms', ms / callSeconds)),
          ...memory.map(([name, bytes]) => once(`memory per call: ${name}`, 'kB', bytes / 1024 / talks.length)),
        ],
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
          ...{
            calls: talks.length,
            seconds,
            failures: failed.slice(0, 10),
            corePercent: load,
            phonesLateMs: phonesLate,
          },
          ...{ counts, media: live, packetSpacingMs: spreadOf(gaps) },
          worstPhoneSpacingP99Ms: Math.max(...sides.map(({ ear }) => ear.spacing(fromMs, toMs).p99)),
          notRecorded: checked.flatMap(({ notRecorded }) => notRecorded ?? []).slice(0, 10),
          broken: [...heard.map(({ fidelity }) => fidelity), ...recorded].filter(
            ({ breaks, first }) => breaks.length > 0 || first < 0,
          ),
        },
      };
    } finally {
      await crowd.close();
    }
  },
};

const longestTail = (talks: readonly Talk[], checked: readonly Checked[]): number =>
  Math.max(
    0,
    ...checked.flatMap(({ recorded }, i) =>
      recorded.map(({ last }, side) => (side === 0 ? talks[i]!.inside : talks[i]!.outside).stream.length - last),
    ),
  );

function gapsOf(arrivals: Float64Array, fromMs: number, toMs: number): number[] {
  const within = [...arrivals].filter((ms) => ms >= fromMs && ms <= toMs);
  return within.slice(1).map((ms, i) => ms - within[i]!);
}

function sum(all: readonly Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const one of all) for (const [name, value] of Object.entries(one)) total[name] = (total[name] ?? 0) + value;
  return total;
}
