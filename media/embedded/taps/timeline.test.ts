import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timeline } from './timeline.ts';

const frame = (value: number): Int16Array => new Int16Array(160).fill(value);

/** What a file would hold: later writes win. */
class Paper {
  readonly samples: number[] = [];
  readonly #lanes: number;
  constructor(lanes: number) {
    this.#lanes = lanes;
  }
  readonly take = (position: number, interleaved: Int16Array): void => {
    interleaved.forEach((sample, i) => (this.samples[position * this.#lanes + i] = sample));
  };
  /** One value for each frame of a lane; throws when a frame is not of one piece. */
  lane(lane: number): number[] {
    const values = this.samples.filter((_, i) => i % this.#lanes === lane);
    expect(values.length % 160).toBe(0);
    return Array.from({ length: values.length / 160 }, (_, n) => {
      const piece = values.slice(n * 160, n * 160 + 160);
      expect(new Set(piece).size).toBe(1);
      return piece[0]!;
    });
  }
}

describe('the timeline of a recording', () => {
  it('puts both lanes on one grid', () => {
    const timeline = new Timeline(2);
    const paper = new Paper(2);
    for (let n = 1; n <= 4; n += 1) {
      timeline.put(0, frame(n), 0, false);
      timeline.put(1, frame(10 * n), 0, false);
      timeline.tick();
    }
    timeline.finish(paper.take);
    expect([paper.lane(0), paper.lane(1)]).toEqual([
      [1, 2, 3, 4],
      [10, 20, 30, 40],
    ]);
  });

  it('keeps the place of a lane whose frames come late and in a bunch, also when it was written out as silence before', () => {
    const timeline = new Timeline(2);
    const paper = new Paper(2);
    for (let n = 1; n <= 9; n += 1) {
      timeline.put(0, frame(n), 0, false);
      if (n <= 3) timeline.put(1, frame(10 * n), 0, false);
      if (n === 8) for (const late of [4, 5, 6, 7, 8]) timeline.put(1, frame(10 * late), 0, false);
      if (n === 9) timeline.put(1, frame(90), 0, false);
      timeline.tick();
      if (n === 6) {
        timeline.flush(paper.take);
        expect(paper.lane(1)).toEqual([10, 20, 30, 0, 0, 0]);
      }
    }
    timeline.finish(paper.take);
    expect(paper.lane(0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(paper.lane(1)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
  });

  it('leaves silence where frames were lost', () => {
    const timeline = new Timeline(1);
    const paper = new Paper(1);
    timeline.put(0, frame(1), 0, false);
    timeline.tick();
    timeline.tick();
    timeline.tick();
    timeline.put(0, frame(4), 320, false);
    timeline.tick();
    timeline.finish(paper.take);
    expect(paper.lane(0)).toEqual([1, 0, 0, 4]);
  });

  it('begins at the present after a long absence', () => {
    const timeline = new Timeline(2);
    const paper = new Paper(2);
    for (let n = 0; n < 100; n += 1) {
      timeline.put(0, frame(1), 0, false);
      if (n === 0 || n === 80) timeline.put(1, frame(n + 7), 0, false);
      timeline.tick();
      if (n % 40 === 39) timeline.flush(paper.take);
    }
    timeline.finish(paper.take);
    const heard = paper.lane(1);
    expect(heard.flatMap((value, n) => (value === 0 ? [] : [[n, value]]))).toEqual([
      [0, 7],
      [80, 87],
    ]);
    expect(paper.lane(0)).toHaveLength(100);
  });

  it('leaves out frames of a lane that runs ahead, and does not grow', () => {
    const timeline = new Timeline(1);
    const paper = new Paper(1);
    for (let n = 0; n < 400; n += 1) {
      timeline.put(0, frame(1), 0, false);
      timeline.put(0, frame(2), 0, false);
      timeline.tick();
      if (n % 40 === 39) timeline.flush(paper.take);
    }
    timeline.finish(paper.take);
    expect(timeline.dropped).toBeGreaterThan(300);
    expect(paper.lane(0).length).toBeLessThanOrEqual(400 + 51);
  });

  it('neither loses nor doubles nor reorders a frame, however unevenly two lanes are fed', () => {
    const bursts = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), {
      minLength: 5,
      maxLength: 150,
    });
    fc.assert(
      fc.property(bursts, fc.integer({ min: 3, max: 60 }), (plan, flushEvery) => {
        const timeline = new Timeline(2);
        const paper = new Paper(2);
        const put: [number, number] = [0, 0];
        plan.forEach((counts, n) => {
          for (const lane of [0, 1] as const) {
            // a stalled sender catches up, but never overtakes the clock, and never lags a second
            const behind = n + 1 - put[lane];
            const count = Math.min(behind, behind > 40 ? behind : counts[lane]);
            for (let i = 0; i < count; i += 1) {
              put[lane] += 1;
              timeline.put(lane, frame(put[lane]), 0, false);
            }
          }
          timeline.tick();
          if (n % flushEvery === 0) timeline.flush(paper.take);
        });
        timeline.finish(paper.take);
        const firstPut = (lane: number): number[] => paper.lane(lane).filter((value) => value !== 0);
        expect(firstPut(0)).toEqual(Array.from({ length: put[0] }, (_, i) => i + 1));
        expect(firstPut(1)).toEqual(Array.from({ length: put[1] }, (_, i) => i + 1));
      }),
      { numRuns: 60 },
    );
  });
});
