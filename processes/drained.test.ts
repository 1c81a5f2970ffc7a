import { afterEach, expect, test } from 'vitest';
import { MovedClock } from '#ivr/testing/moved-clock.ts';
import { drained } from './drained.ts';
import { newMetrics, observe, type Observed } from './observe.ts';

let observed: Observed | undefined;
afterEach(() => observed?.close());

/** A process with so many calls; what it was told, and what the operator sees. */
async function process(calls: number | undefined) {
  const told: boolean[] = [];
  const state = { calls: calls ?? 0 };
  const drainable = { drain: (on: boolean) => void told.push(on), left: () => state.calls };
  observed = await observe(
    0,
    newMetrics('test'),
    () => 'ok',
    () => ({}),
    calls === undefined ? {} : { drainable },
  );
  const clock = new MovedClock();
  const said: string[] = [];
  const run = (order: { undo?: boolean; seconds?: number } = {}) =>
    drained(`http://127.0.0.1:${observed?.port}/drain`, {
      ...{ undo: false, seconds: Infinity, clock, say: (text: string) => void said.push(text), ...order },
    });
  return { told, state, clock, said, run };
}

test('a process is drained when its last call is over', async () => {
  const { told, state, clock, said, run } = await process(2);
  const waits = clock.asked(1_000);
  const done = run();
  await waits;
  expect(said).toEqual(['It takes no new calls; 2 go on.']);
  state.calls = 0;
  await clock.move(1_000);
  expect(await done).toBe(0);
  expect(said.at(-1)).toBe('It has no calls and takes none.');
  expect(told).toEqual([true, true]);
});

test('it is waited for no longer than was said', async () => {
  const { clock, run } = await process(2);
  const waits = clock.asked(1_000);
  const done = run({ seconds: 1 });
  await waits;
  await clock.move(1_000);
  expect(await done).toBe(2);
  expect(await run({ seconds: 0 })).toBe(2);
});

test('it takes calls again', async () => {
  const { told, said, run } = await process(2);
  expect(await run({ undo: true })).toBe(0);
  expect([told, said]).toEqual([[false], ['It takes calls again.']]);
});

test('a process that is not there, or has no calls to drain, is told', async () => {
  const { run } = await process(undefined);
  await expect(run()).rejects.toThrow('it is no ivr');
  await observed?.close();
  await expect(run()).rejects.toThrow('no process answers');
});
