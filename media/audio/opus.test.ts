import { randomBytes } from 'node:crypto';
import OpusScript from 'opusscript';
import { afterEach, describe, expect, it } from 'vitest';
import { MOST_SAMPLES, Opus } from './opus.ts';

const FRAME = 160;
const LEVEL = 8000;
const tone = (hertz: number, rate: number, from: number, length: number): Int16Array =>
  Int16Array.from({ length }, (_, i) => Math.round(LEVEL * Math.sin((2 * Math.PI * hertz * (from + i)) / rate)));
/** How much of a tone there is, of LEVEL. */
const strength = (samples: readonly number[], hertz: number): number => {
  let [re, im] = [0, 0];
  samples.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hertz * i) / 8000);
    im += sample * Math.sin((2 * Math.PI * hertz * i) / 8000);
  });
  return (2 * Math.hypot(re, im)) / samples.length / LEVEL;
};

const made: Opus[] = [];
const opus = (): Opus => {
  const one = new Opus();
  made.push(one);
  return one;
};
afterEach(() => {
  for (const one of made.splice(0)) one.close();
});

const encoded = (coder: Opus, hertz: number, frames: number): Uint8Array[] =>
  Array.from({ length: frames }, (_, n) => {
    const packet = new Uint8Array(403);
    return packet.slice(3, 3 + coder.encode(tone(hertz, 8000, n * FRAME, FRAME), packet, 3));
  });
const decoded = (coder: Opus, packets: readonly Uint8Array[]): number[] =>
  packets.flatMap((packet) => {
    const samples = new Int16Array(MOST_SAMPLES);
    return [...samples.subarray(0, coder.decode(packet, samples))];
  });

describe('Opus', () => {
  it('carries a tone there and back, 20 ms in some fifty bytes', () => {
    for (const hertz of [400, 1000, 2500]) {
      const packets = encoded(opus(), hertz, 50);
      const heard = decoded(opus(), packets);
      expect(heard).toHaveLength(50 * FRAME);
      expect(strength(heard.slice(1600), hertz), `${hertz} Hz`).toBeGreaterThan(0.8);
      const bytes = packets.reduce((sum, { length }) => sum + length, 0) / 50;
      expect(bytes).toBeGreaterThan(20);
      expect(bytes).toBeLessThan(75);
    }
  });

  it('of a browser, at 48 kHz, in mono and stereo, is heard with what a telephone has of it', () => {
    for (const channels of [1, 2]) {
      const browser = new OpusScript(48_000, channels, OpusScript.Application.AUDIO);
      const packetsOf = (hertz: number): Uint8Array[] =>
        Array.from({ length: 50 }, (_, n) => {
          const mono = tone(hertz, 48_000, n * 960, 960);
          const all = Int16Array.from({ length: 960 * channels }, (_unused, i) => mono[Math.floor(i / channels)]!);
          return browser.encode(Buffer.from(all.buffer), 960);
        });
      const heard = (hertz: number): number[] => decoded(opus(), packetsOf(hertz)).slice(1600);
      expect(strength(heard(1000), 1000), `${channels} channels`).toBeGreaterThan(0.9);
      expect(strength(heard(3000), 3000)).toBeGreaterThan(0.8);
      // 6 kHz would be heard as 2 kHz where it was not filtered out
      const high = heard(6000);
      expect(Math.max(...high.map(Math.abs)) / LEVEL).toBeLessThan(0.05);
      browser.delete();
    }
  });

  it('of other lengths is as long as it is', () => {
    const coder = opus();
    for (const length of [80, 320, 480]) {
      const packet = new Uint8Array(800);
      const bytes = coder.encode(tone(500, 8000, 0, length), packet, 0);
      expect(decoded(opus(), [packet.subarray(0, bytes)]), String(length)).toHaveLength(length);
    }
  });

  it('of a pause (a byte that says nothing) is a frame; what is no packet is none, and nothing throws', () => {
    const coder = opus();
    expect(decoded(coder, [Uint8Array.of(0x08)])).toHaveLength(FRAME);
    const samples = new Int16Array(MOST_SAMPLES);
    expect(coder.decode(new Uint8Array(0), samples)).toBe(0);
    expect(coder.decode(new Uint8Array(1501), samples)).toBe(0);
    expect(coder.decode(Uint8Array.of(0xff, 0xff, 0xff), samples)).toBe(0);
    for (let n = 1; n < 3000; n += 1)
      expect(coder.decode(randomBytes(1 + (n % 300)), samples)).toBeLessThanOrEqual(MOST_SAMPLES);
  });

  it('of one call does not touch that of others', () => {
    const alone = decoded(opus(), encoded(opus(), 1000, 20));
    const many = Array.from({ length: 40 }, () => ({ from: opus(), to: opus() }));
    const packets = many.map(() => [] as Uint8Array[]);
    const heard = many.map(() => [] as number[]);
    for (let n = 0; n < 20; n += 1)
      many.forEach(({ from, to }, i) => {
        const packet = new Uint8Array(400);
        packets[i]!.push(
          packet.slice(0, from.encode(tone(i === 7 ? 1000 : 300 + i * 20, 8000, n * FRAME, FRAME), packet, 0)),
        );
        heard[i]!.push(...decoded(to, [packets[i]![n]!]));
      });
    expect(heard[7]).toEqual(alone);
  });

  it('begins anew in each call, also with what another has used, and is over when it is closed', () => {
    const first = new Opus();
    const fresh = encoded(first, 1000, 10);
    first.close();
    first.close();
    expect(first.encode(tone(1, 8000, 0, FRAME), new Uint8Array(400), 0)).toBe(0);
    expect(first.decode(fresh[0]!, new Int16Array(FRAME))).toBe(0);
    const again = opus();
    expect(encoded(again, 1000, 10).map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
      fresh.map((bytes) => Buffer.from(bytes).toString('hex')),
    );
    // given back once: two calls never have the same
    const other = opus();
    encoded(other, 400, 3);
    expect(strength(decoded(again, encoded(again, 1000, 50)).slice(1600), 1000)).toBeGreaterThan(0.8);
  });
});
