import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decode, FRAME_SAMPLES } from '#media/audio/g711.ts';
import { Lane } from './lane.ts';

const codes = (first: number): Uint8Array => Uint8Array.from({ length: FRAME_SAMPLES }, (_, i) => (first + i) & 0xff);
const samplesOf = (all: Uint8Array): number[] => {
  const samples = new Int16Array(all.length);
  decode('PCMU', all, 0, all.length, samples);
  return [...samples];
};
const loud = (first: number): Int16Array => Int16Array.from({ length: FRAME_SAMPLES }, (_, i) => first + i);
const readAll = (lane: Lane, from: number, count: number): number[] => {
  lane.reach(from + count);
  const into = new Int16Array(count);
  lane.read(from, into, 0, 1);
  return [...into];
};
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

describe('a lane of a recording', () => {
  it('is silent where nothing was laid, and sounds as its codes do where they were', () => {
    const lane = new Lane();
    lane.layCodes(200, codes(7));
    expect(readAll(lane, 0, 600)).toEqual([...zeros(200), ...samplesOf(codes(7)), ...zeros(240)]);
  });

  it('keeps its codes as they sound when samples are laid beside them, and takes codes after that', () => {
    const lane = new Lane();
    lane.layCodes(0, codes(1));
    lane.lay(160, loud(-500));
    lane.layCodes(320, codes(200));
    const wanted = [...samplesOf(codes(1)), ...loud(-500), ...samplesOf(codes(200)), ...zeros(100)];
    expect(readAll(lane, 0, 580)).toEqual(wanted);
  });

  it('moves what is left to the front, with silence behind it', () => {
    for (const before of [[], [loud(9)]]) {
      const lane = new Lane();
      for (const samples of before) lane.lay(0, samples);
      lane.layCodes(160, codes(3));
      lane.drop(100);
      expect(readAll(lane, 60, 8900)).toEqual([...samplesOf(codes(3)), ...zeros(8740)]);
      lane.drop(60 + 8900);
      expect(readAll(lane, 0, 300)).toEqual(zeros(300));
    }
  });

  it('writes into every second place of two', () => {
    const lane = new Lane();
    lane.lay(0, loud(1));
    const into = new Int16Array(6).fill(-1);
    lane.read(10, into, 1, 2);
    expect([...into]).toEqual([-1, 11, -1, 12, -1, 13]);
  });

  it('holds what was laid last, however it is laid and however far ahead', () => {
    const step = fc.record({
      at: fc.integer({ min: 0, max: 20_000 }),
      value: fc.integer({ min: 0, max: 255 }),
      linear: fc.boolean(),
      drop: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const lane = new Lane();
        const wanted: number[] = zeros(60_000);
        for (const { at, value, linear, drop } of steps) {
          const laid = linear ? [...loud(value)] : samplesOf(codes(value));
          if (linear) lane.lay(at, loud(value));
          else lane.layCodes(at, codes(value));
          wanted.splice(at, FRAME_SAMPLES, ...laid);
          lane.drop(drop);
          wanted.splice(0, drop);
        }
        expect(readAll(lane, 0, 25_000)).toEqual(wanted.slice(0, 25_000));
      }),
      { numRuns: 40 },
    );
  });
});
