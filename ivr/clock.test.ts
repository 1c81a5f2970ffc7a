import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';
import { watched } from './testing/watched.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('a wait ends after its time, and leaves nothing behind', async () => {
  const leave = new AbortController();
  const waited = watched(systemClock.wait(1_000, leave.signal));
  await vi.advanceTimersByTimeAsync(999);
  expect(waited.over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  leave.abort('too late');
  expect(waited).toEqual({ over: true, result: undefined });
  expect(vi.getTimerCount()).toBe(0);
});

it('a wait that is broken off rejects with why, and its timer is gone', async () => {
  const leave = new AbortController();
  const waited = watched(systemClock.wait(1_000, leave.signal));
  leave.abort('enough');
  await vi.advanceTimersByTimeAsync(0);
  expect([waited.error, vi.getTimerCount()]).toEqual(['enough', 0]);
});

it('a wait for what is over already does not begin', async () => {
  await expect(systemClock.wait(1_000, AbortSignal.abort('over'))).rejects.toBe('over');
  expect(vi.getTimerCount()).toBe(0);
});

it('durations do not jump with the time of day', async () => {
  const [before, day] = [systemClock.elapsed(), systemClock.now().getTime()];
  await vi.advanceTimersByTimeAsync(1_500);
  expect(systemClock.elapsed() - before).toBe(1_500);
  vi.setSystemTime(day - 3_600_000);
  expect([systemClock.elapsed() - before, systemClock.now().getTime() - day]).toEqual([1_500, -3_600_000]);
});
