import { expect, test } from 'vitest';
import type { Clock } from '#ivr/clock.ts';
import { Keeper, pauseBefore } from './keeper.ts';
import type { Instance } from './keeper.ts';

/** Time that passes when the test says so; every pause is noted, and over when the test says so. */
class SteppedClock implements Clock {
  readonly pauses: number[] = [];
  ms = 0;
  #waiting: (() => void)[] = [];
  now = () => new Date(this.ms);
  elapsed = () => this.ms;
  wait = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      this.pauses.push(ms);
      this.#waiting.push(resolve);
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  step(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** One that serves until the test ends it. */
class Served implements Instance {
  readonly number: number;
  readonly ended: Promise<string>;
  stops = 0;
  end: (how: string) => void = () => undefined;

  constructor(number: number) {
    this.number = number;
    this.ended = new Promise((resolve) => (this.end = resolve));
  }

  async stop(): Promise<void> {
    this.stops++;
    this.end('SIGTERM');
  }
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

/** A keeper of whatever `starts` give, in order: a number is one that serves, an error a start that fails. */
async function kept(...starts: (number | Error | Promise<number>)[]) {
  const clock = new SteppedClock();
  const said: string[] = [];
  const begun: { before: number | undefined; stopping: AbortSignal }[] = [];
  const served: Served[] = [];
  const keeper = await Keeper.start<Served>({
    name: 'it',
    clock,
    say: (text) => said.push(text),
    begin: async (stopping, before) => {
      begun.push({ before: before?.number, stopping });
      const start = await starts.shift();
      if (typeof start !== 'number') throw start ?? new Error('one start too many');
      const one = new Served(start);
      served.push(one);
      return one;
    },
  });
  const step = async () => {
    await turns();
    clock.step();
    await turns();
  };
  return { keeper, clock, said, begun, served, step };
}

test('the pauses: none after a long life, then doubling up to five seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 80].map(pauseBefore)).toEqual([
    ...[0, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000],
  ]);
});

test('what served for a while is started again at once, and knows its predecessor', async () => {
  const { keeper, clock, said, begun, served, step } = await kept(1, 2);
  expect(keeper.current.number).toBe(1);
  clock.ms = 10_000;
  served[0]?.end('SIGKILL');
  await step();
  expect(clock.pauses).toEqual([0]);
  expect(said).toEqual(['it ended (SIGKILL); starting it again']);
  expect(keeper.current.number).toBe(2);
  expect(begun.map(({ before }) => before)).toEqual([undefined, 1]);
});

test('what ends soon after its start is started again after pauses that double, until it lasts', async () => {
  const { keeper, clock, served, step } = await kept(1, 2, 3, 4, 5);
  for (const [life, index] of [9_999, 0, 5, 10_000].map((ms, at) => [ms, at] as const)) {
    clock.ms += life;
    served[index]?.end('SIGKILL');
    await step();
  }
  expect(clock.pauses).toEqual([100, 200, 400, 0]);
  expect(keeper.current.number).toBe(5);
});

test('a start that fails is said and tried again, each time later', async () => {
  const { keeper, clock, said, served, step } = await kept(1, new Error('port 5060 is in use'), new Error('still'), 2);
  clock.ms = 60_000;
  served[0]?.end('exit 1');
  await step();
  expect(keeper.current.number).toBe(1);
  await step();
  await step();
  expect(clock.pauses).toEqual([0, 100, 200]);
  expect(said).toEqual([
    'it ended (exit 1); starting it again',
    'it could not be started: port 5060 is in use; it is tried again',
    'it could not be started: still; it is tried again',
  ]);
  expect(keeper.current.number).toBe(2);
});

test('a first start that fails is not tried again', async () => {
  await expect(kept(new Error('no'))).rejects.toThrow('no');
});

test('whoever waits for the next one hears of it, and may hold it down', async () => {
  const { keeper, served, step } = await kept(1, 2, 3);
  let up = () => {};
  const down = new Promise<void>((resolve) => (up = resolve));
  let again = false;
  const waited = keeper.again(down).then(() => (again = true));
  served[0]?.end('SIGKILL');
  await step();
  expect(keeper.current.number).toBe(1);
  expect(again).toBe(false);
  up();
  await waited;
  expect(keeper.current.number).toBe(2);
  served[1]?.end('SIGKILL');
  await step();
  expect(keeper.current.number).toBe(3);
});

test('what is stopped is stopped once and not started again', async () => {
  const { keeper, served, said, begun } = await kept(1, 2);
  await keeper.stop();
  await turns();
  expect(served.map(({ stops }) => stops)).toEqual([1]);
  expect(said).toEqual([]);
  expect(begun).toHaveLength(1);
});

test('a stop during the pause starts nothing', async () => {
  const { keeper, served, begun } = await kept(1, 2);
  served[0]?.end('SIGKILL');
  await turns();
  await keeper.stop();
  expect(begun).toHaveLength(1);
});

test('a stop does not wait for whoever holds the next one down', async () => {
  const { keeper, served, begun, step } = await kept(1, 2);
  void keeper.again(new Promise(() => undefined));
  served[0]?.end('SIGKILL');
  await step();
  await keeper.stop();
  expect(begun).toHaveLength(1);
});

test('a stop during a start tells it so, and stops what comes of it all the same', async () => {
  let serves = (_number: number): void => {};
  const late = new Promise<number>((resolve) => (serves = resolve));
  const { keeper, served, begun, said, step } = await kept(1, late);
  served[0]?.end('SIGKILL');
  await step();
  expect(begun).toHaveLength(2);
  let stopped = false;
  const stop = keeper.stop().then(() => (stopped = true));
  await turns();
  expect(begun[1]?.stopping.aborted).toBe(true);
  expect(stopped).toBe(false);
  serves(2);
  await stop;
  expect(served.map(({ stops }) => stops)).toEqual([1, 1]);
  expect(said).toHaveLength(1);
});

test('a start that fails because it is stopped is no failure to speak of', async () => {
  let fail = (_error: Error): void => {};
  const broken = new Promise<number>((_resolve, reject) => (fail = reject));
  const { keeper, served, begun, said, step } = await kept(1, broken);
  served[0]?.end('SIGKILL');
  await step();
  const stop = keeper.stop();
  fail(new Error('it ended before it served (exit 0)'));
  await stop;
  expect(said).toEqual(['it ended (SIGKILL); starting it again']);
  expect(begun).toHaveLength(2);
});

test('one that another keeps going is let go', async () => {
  const { keeper, served } = await kept(1);
  const [one] = served;
  if (!one) throw new Error('none');
  one.stop = async () => void one.stops++;
  await keeper.stop();
  expect(one.stops).toBe(1);
});
