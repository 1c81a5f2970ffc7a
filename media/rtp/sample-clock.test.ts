import { expect, it } from 'vitest';
import { SampleClock } from './sample-clock.ts';

it('a clock of 48 kHz counts samples of 8 kHz, across its end, backwards, and anew for another stream', () => {
  const clock = new SampleClock(6);
  const start = 0xffffffff - 960;
  const first = clock.samples(1, start);
  expect(first).toBe(Math.floor(start / 6));
  let units = start;
  for (let n = 1; n <= 500; n += 1) {
    units = (units + 960) >>> 0;
    expect(clock.samples(1, units)).toBe(first + 160 * n);
  }
  expect(clock.samples(1, (units - 1920) >>> 0)).toBe(first + 160 * 498);
  expect(clock.samples(1, (units + 5) >>> 0)).toBe(first + 160 * 500);
  expect(clock.samples(1, (units + 960) >>> 0)).toBe(first + 160 * 501);
  expect(clock.samples(2, 600)).toBe(100);
});

it('does not drift where steps are no multiple', () => {
  const clock = new SampleClock(6);
  const first = clock.samples(1, 0);
  for (let units = 0; units < 70_000; units += 7) clock.samples(1, units);
  expect(clock.samples(1, 70_002) - first).toBe(70_002 / 6);
});
