import { expect, it } from 'vitest';
import { within } from './clock.ts';
import { MovedClock, turns } from './testing/moved-clock.ts';
import { watched } from './testing/watched.ts';
import { unlessAborted } from './unless-aborted.ts';

const never = new Promise<never>(() => undefined);

it.each([
  ['done', () => Promise.resolve(7)],
  ['failed', () => Promise.reject(new Error('no'))],
])('work that is %s in time is over, and nobody waits on', async (_how, work) => {
  const clock = new MovedClock();
  expect(await within(clock, 1_000, work())).toBe(true);
  await turns();
  expect(clock.waits).toEqual([]);
});

it('work that is not over in time is not waited for', async () => {
  const clock = new MovedClock();
  const waited = watched(within(clock, 1_000, never));
  await clock.move(999);
  expect(waited.over).toBe(false);
  await clock.move(1);
  expect(waited.result).toBe(false);
});

it('a signal ends the wait for work at once, with its reason', async () => {
  const stop = new AbortController();
  const waited = unlessAborted(never, stop.signal);
  stop.abort(new Error('the platform stops'));
  await expect(waited).rejects.toThrow('the platform stops');
  await expect(unlessAborted(never, stop.signal)).rejects.toThrow('the platform stops');
});

it('a fault that comes of what aborted the signal counts as that; any other is itself', async () => {
  const stop = new AbortController();
  await expect(unlessAborted(Promise.reject(new Error('its own')), stop.signal)).rejects.toThrow('its own');
  expect(await unlessAborted(Promise.resolve(7), stop.signal)).toBe(7);
  const work = (async () => {
    stop.abort(new Error('the platform stops'));
    throw new Error('its own');
  })();
  await expect(unlessAborted(work, stop.signal)).rejects.toThrow('the platform stops');
});
