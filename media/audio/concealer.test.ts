import { describe, expect, it } from 'vitest';
import { ComfortNoise } from './comfort-noise.ts';
import { Concealer } from './concealer.ts';

const FRAME = 160;
const wave = (hertz: number, from: number, length = FRAME): Int16Array =>
  Int16Array.from({ length }, (_, i) => Math.round(10_000 * Math.sin((2 * Math.PI * hertz * (from + i)) / 8000)));
const after = (hertz: number, frames = 3): Concealer => {
  const concealer = new Concealer();
  for (let n = 0; n < frames; n += 1) concealer.came(wave(hertz, n * FRAME));
  return concealer;
};
const worst = (a: Int16Array, b: Int16Array, from: number, to: number): number =>
  a.slice(from, to).reduce((most, sample, i) => Math.max(most, Math.abs(sample - b[from + i]!)), 0);
const loudest = (samples: Int16Array, from: number, to: number): number =>
  samples.slice(from, to).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);

describe('a lost frame', () => {
  it.each([80, 100, 125, 160, 200])(
    'of %d Hz goes on as if it had come, then fades, and is over after 60 ms',
    (hertz) => {
      const concealer = after(hertz);
      const made = new Int16Array(4 * FRAME);
      for (let n = 0; n < 3; n += 1) expect(concealer.conceal(made.subarray(n * FRAME, (n + 1) * FRAME))).toBe(true);
      const whole = wave(hertz, 3 * FRAME, 4 * FRAME);
      expect(worst(made, whole, 0, 80)).toBeLessThan(1200);
      // 20 % less each 10 ms: at 30 ms 0.6 are left, at 50 ms 0.2, at 60 ms nothing
      expect(loudest(made, 200, 280) / 10_000).toBeGreaterThan(0.55);
      expect(loudest(made, 200, 280) / 10_000).toBeLessThan(0.75);
      expect(loudest(made, 360, 440) / 10_000).toBeLessThan(0.35);
      expect(loudest(made, 478, 480)).toBeLessThan(100);
      expect([concealer.inARow, concealer.conceal(made.subarray(3 * FRAME))]).toEqual([3, false]);
    },
  );

  it('has no edge where the period begins again', () => {
    const concealer = after(117);
    const made = new Int16Array(FRAME);
    concealer.conceal(made);
    const steepest = 2 * Math.PI * 117 * (10_000 / 8000);
    for (let i = 1; i < FRAME; i += 1) expect(Math.abs(made[i]! - made[i - 1]!)).toBeLessThan(3 * steepest);
  });

  it('has none either where the last period is louder or higher than the one before', () => {
    const concealer = new Concealer();
    const rising = (from: number): Int16Array =>
      Int16Array.from(
        { length: FRAME },
        (_, i) => Math.round(2000 * Math.sin((2 * Math.PI * (from + i)) / 80)) + 20 * (from + i),
      );
    for (let n = 0; n < 3; n += 1) concealer.came(rising(n * FRAME));
    const made = new Int16Array(FRAME);
    concealer.conceal(made);
    for (let i = 1; i < FRAME; i += 1) expect(Math.abs(made[i]! - made[i - 1]!)).toBeLessThan(600);
  });

  it('is followed by what comes, faded in within 4 ms and then unchanged', () => {
    const concealer = after(100);
    const made = new Int16Array(FRAME);
    concealer.conceal(made);
    const next = new Int16Array(FRAME).fill(-5000);
    concealer.came(next);
    expect(Math.abs(next[0]! - wave(100, 4 * FRAME)[0]! * 0.8)).toBeLessThan(1200);
    expect([...next.slice(32)].every((sample) => sample === -5000)).toBe(true);
    expect(next[30]).toBeLessThan(-4000);
    expect(concealer.inARow).toBe(0);
    const untouched = wave(100, 0);
    concealer.came(untouched);
    expect(untouched).toEqual(wave(100, 0));
  });

  it('of silence is silence, and there is nothing before three frames came or after a new beginning', () => {
    const silent = new Concealer();
    for (let n = 0; n < 3; n += 1) silent.came(new Int16Array(FRAME));
    const made = new Int16Array(FRAME).fill(1);
    expect([silent.conceal(made), loudest(made, 0, FRAME)]).toEqual([true, 0]);
    expect(after(100, 2).conceal(made)).toBe(false);
    const concealer = after(100);
    concealer.forget();
    expect(concealer.conceal(made)).toBe(false);
  });
});

describe('comfort noise', () => {
  it.each([
    [50, 50],
    [70, 70],
    [20, 40],
  ])('of level %d is %d dB below overload', (level, expected) => {
    const samples = new Int16Array(16_000);
    new ComfortNoise().fill(samples, level);
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    expect(Math.abs(-20 * Math.log10(Math.sqrt(power) / 32_768) - expected)).toBeLessThan(0.5);
  });

  it('may be so quiet that it is none', () => {
    const samples = new Int16Array(160).fill(7);
    new ComfortNoise().fill(samples, 127);
    expect(loudest(samples, 0, 160)).toBe(0);
  });
});
