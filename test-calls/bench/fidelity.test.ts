import { describe, expect, it } from 'vitest';
import { toLinear } from '../phone/mu-law.ts';
import { follow, noise } from './fidelity.ts';

const linear = (codes: Uint8Array): Int16Array => Int16Array.from(codes, (code) => toLinear[code]!);
const spoken = linear(noise(8_000, 1));
const silence = (samples: number): Int16Array => new Int16Array(samples);
const joined = (...parts: Int16Array[]): Int16Array => Int16Array.from(parts.flatMap((part) => [...part]));

describe('following a stream', () => {
  it('finds a whole stream, wherever it begins', () => {
    const heard = joined(silence(777), spoken, silence(500));
    expect(follow(heard, spoken)).toEqual({
      ...{ first: 0, firstAt: 777, last: 8_000, lastAt: 8_777 },
      ...{ missing: 0, repeated: 0, foreign: 0, breaks: [] },
    });
  });

  it('finds where a stream is joined in its middle, and where it is left', () => {
    const heard = joined(linear(noise(300, 2)), spoken.subarray(1_000, 5_000), silence(160));
    expect(follow(heard, spoken)).toMatchObject({ first: 1_000, firstAt: 300, last: 5_000, missing: 0, foreign: 0 });
  });

  it('counts a packet that is missing, whether closed up or filled with silence', () => {
    const closed = joined(spoken.subarray(0, 1_600), spoken.subarray(1_760));
    expect(follow(closed, spoken)).toMatchObject({ missing: 160, repeated: 0, foreign: 0, breaks: [1_600] });
    const filled = joined(spoken.subarray(0, 1_600), silence(160), spoken.subarray(1_760));
    expect(follow(filled, spoken)).toMatchObject({ missing: 160, repeated: 0, foreign: 160, breaks: [1_600] });
  });

  it('counts silence put in between', () => {
    const heard = joined(spoken.subarray(0, 1_600), silence(160), spoken.subarray(1_600));
    expect(follow(heard, spoken)).toMatchObject({ missing: 0, repeated: 0, foreign: 160, last: 8_000 });
  });

  it('counts a packet heard twice', () => {
    const heard = joined(spoken.subarray(0, 1_600), spoken.subarray(1_440));
    expect(follow(heard, spoken)).toMatchObject({ missing: 0, repeated: 160, foreign: 0, last: 8_000 });
  });

  it('counts packets that changed places', () => {
    const part = (n: number): Int16Array => spoken.subarray(n * 160, n * 160 + 160);
    const heard = joined(spoken.subarray(0, 1_600), part(11), part(10), spoken.subarray(1_920));
    const { missing, repeated, breaks } = follow(heard, spoken);
    expect([missing, repeated]).toEqual([160 + 160, 320]);
    expect(breaks).toHaveLength(3);
  });

  it('counts a single sample that is not as it was', () => {
    const heard = joined(spoken);
    heard[4_000] = -heard[4_000]! - 1;
    expect(follow(heard, spoken)).toMatchObject({ missing: 1, foreign: 1, breaks: [4_000], last: 8_000 });
  });

  it('does not take one stream for another', () => {
    expect(follow(linear(noise(8_000, 3)), spoken).first).toBe(-1);
    expect(follow(silence(8_000), spoken).first).toBe(-1);
  });
});
