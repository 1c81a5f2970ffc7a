import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { G722Decoder, G722Encoder } from './g722.ts';
import { Doubling, Halving } from './half-band.ts';

/** A second at 16 kHz: a triangle, white noise, something faint, and the highest frequency there is. */
const signal = (): Int16Array => {
  let seed = 1;
  const noise = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) >>> 16;
  return Int16Array.from({ length: 16_000 }, (_, i) => {
    const part = Math.floor(i / 4000);
    const triangle = Math.abs((i % 36) - 18) * 3000 - 27_000;
    return [triangle, noise() - 32_768, triangle >> 6, (i & 1 ? 9000 : -9000) + (noise() >> 4)][part]!;
  });
};
const digest = (bytes: Uint8Array | Int16Array): string =>
  createHash('sha256')
    .update(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    .digest('hex');
const level = (samples: Int16Array): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
const wave = (hertz: number, rate: number, length: number): Int16Array =>
  Int16Array.from({ length }, (_, i) => Math.round(10_000 * Math.sin((2 * Math.PI * hertz * i) / rate)));

describe('G.722', () => {
  // both digests are those of what ffmpeg 5.1 makes of the same signal
  const encoded = new Uint8Array(8000);
  it('encodes to the byte as another implementation does', () => {
    const encoder = new G722Encoder();
    const samples = signal();
    for (let n = 0; n < 50; n += 1) encoder.encode(samples.subarray(n * 320, n * 320 + 320), 160, encoded, n * 160);
    expect(digest(encoded)).toBe('f8d1a92b81cec920f517c3b0da3434e6665f63b39ac0c0c3a2ad40d769d65bba');
  });

  it('decodes to the sample as another implementation does', () => {
    const decoder = new G722Decoder();
    const samples = new Int16Array(16_000);
    for (let n = 0; n < 50; n += 1) decoder.decode(encoded, n * 160, 160, samples.subarray(n * 320));
    expect(digest(samples)).toBe('f8d7cbee7dac52bcc539e78c8b7187ef64879ade0d08c985e1940c9888980adf');
  });
});

describe('between 8 and 16 kHz', () => {
  const halved = (input: Int16Array): Int16Array => {
    const halving = new Halving();
    const output = new Int16Array(input.length / 2);
    for (let at = 0; at < output.length; at += 160)
      halving.push(input.subarray(2 * at, 2 * at + 320), 160, output.subarray(at));
    return output;
  };
  const doubled = (input: Int16Array): Int16Array => {
    const doubling = new Doubling();
    const output = new Int16Array(input.length * 2);
    for (let at = 0; at < input.length; at += 160)
      doubling.push(input.subarray(at, at + 160), 160, output.subarray(2 * at));
    return output;
  };

  it.each([300, 1000, 2500, 3400])('%d Hz pass as they are', (hertz) => {
    expect(level(halved(wave(hertz, 16_000, 3200)).subarray(160)) / 7071).toBeCloseTo(1, 1);
    expect(level(doubled(wave(hertz, 8000, 1600)).subarray(320)) / 7071).toBeCloseTo(1, 1);
  });

  it.each([4600, 5500, 7000, 7900])('%d Hz, which would come back as something else, do not', (hertz) => {
    expect(level(halved(wave(hertz, 16_000, 3200)).subarray(160))).toBeLessThan(8);
  });

  it('there are no images above 4 kHz', () => {
    const up = doubled(wave(1000, 8000, 1600)).subarray(320);
    const expected = wave(1000, 16_000, up.length + 400);
    // late by 27 samples of 16 kHz, and the same
    const at = 320 - 27;
    const errors = Int16Array.from(up.subarray(0, 1600), (sample, i) => sample - expected[at + i]!);
    expect(level(errors)).toBeLessThan(15);
  });

  it('a steady level stays what it is, across frames', () => {
    expect(
      [...halved(new Int16Array(1600).fill(1234)).subarray(160)].every((sample) => Math.abs(sample - 1234) <= 1),
    ).toBe(true);
    expect(
      [...doubled(new Int16Array(1600).fill(1234)).subarray(160)].every((sample) => Math.abs(sample - 1234) <= 2),
    ).toBe(true);
  });
});
