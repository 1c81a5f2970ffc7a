import { describe, expect, it } from 'vitest';
import { decode, encode, SILENCE_CODE, type Law } from './g711.ts';

const decodeOne = (law: Law, code: number): number => {
  const out = new Int16Array(1);
  decode(law, Uint8Array.of(code), 0, 1, out);
  return out[0]!;
};
const encodeOne = (law: Law, sample: number): number => {
  const out = new Uint8Array(1);
  encode(law, Int16Array.of(sample), 1, out, 0);
  return out[0]!;
};

describe('G.711', () => {
  it('decodes every mu-law code to the value of table 2a/2b (14 bits, scaled by 4)', () => {
    for (let segment = 0; segment < 8; segment += 1) {
      for (let step = 0; step < 16; step += 1) {
        // y = (33 + 2 step) * 2^segment - 33, ITU-T G.711 table 2a, note 2
        const value = 4 * ((33 + 2 * step) * 2 ** segment - 33);
        const positive = 0xff - ((segment << 4) | step);
        expect(decodeOne('PCMU', positive)).toBe(value);
        expect(decodeOne('PCMU', positive & 0x7f)).toBe(value === 0 ? 0 : -value);
      }
    }
    expect(decodeOne('PCMU', 0x80)).toBe(4 * 8031);
    expect(decodeOne('PCMU', 0x00)).toBe(-4 * 8031);
  });

  it('decodes every A-law code to the value of table 1a/1b (13 bits, scaled by 8)', () => {
    for (let segment = 0; segment < 8; segment += 1) {
      for (let step = 0; step < 16; step += 1) {
        // Table 1a: steps of 2 in segments 0 and 1, doubling after; the value is the middle of its interval.
        const value = segment === 0 ? 2 * step + 1 : (2 * step + 33) * 2 ** (segment - 1);
        const code = ((segment << 4) | step | 0x80) ^ 0x55;
        expect(decodeOne('PCMA', code)).toBe(8 * value);
        expect(decodeOne('PCMA', code ^ 0x80)).toBe(-8 * value);
      }
    }
    expect(decodeOne('PCMA', 0xaa)).toBe(8 * 4032);
    expect(decodeOne('PCMA', 0x2a)).toBe(-8 * 4032);
  });

  it.each<Law>(['PCMU', 'PCMA'])('%s: a code survives decoding and encoding', (law) => {
    for (let code = 0; code < 256; code += 1) {
      // mu-law has two zeros; the negative one is never sent
      const expected = law === 'PCMU' && code === 0x7f ? 0xff : code;
      expect(encodeOne(law, decodeOne(law, code))).toBe(expected);
    }
  });

  it.each<Law>(['PCMU', 'PCMA'])('%s: a sample is at most half a quantizing step off, and order is kept', (law) => {
    const clip = law === 'PCMU' ? 32635 : 32767;
    let former = -Infinity;
    for (let sample = -clip; sample <= clip; sample += 1) {
      const code = encodeOne(law, sample);
      const value = decodeOne(law, code);
      const segment = ((law === 'PCMU' ? ~code : code ^ 0x55) & 0x70) >> 4;
      // tables 1a and 2a: steps double with each segment (in A-law the first two are alike)
      const half = law === 'PCMU' ? 4 << segment : 8 << Math.max(0, segment - 1);
      if (Math.abs(value - sample) > half || value < former) expect([sample, value, half]).toBe('within half a step');
      former = value;
    }
  });

  it('mirrors negative samples at -1, as the reference of G.191 does', () => {
    expect([15, 16, -1, -16, -17].map((sample) => encodeOne('PCMA', sample))).toEqual([0xd5, 0xd4, 0x55, 0x55, 0x54]);
    expect([-32768, -1, 1, 32767].map((sample) => encodeOne('PCMU', sample))).toEqual([0x00, 0x7f, 0xff, 0x80]);
  });

  it('encodes silence to the silence codes', () => {
    expect(encodeOne('PCMU', 0)).toBe(SILENCE_CODE.PCMU);
    expect(encodeOne('PCMA', 0)).toBe(SILENCE_CODE.PCMA);
  });
});
