import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSound } from '../prompts/sound.ts';
import { holdMusic, holdMusicFile } from './hold-music.ts';

const decibels = (samples: Float32Array): number =>
  10 * Math.log10(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);

describe('hold music', () => {
  const music = holdMusic();

  it('lies at -25 dB, and nowhere near full scale', () => {
    expect(decibels(music)).toBeCloseTo(-25, 1);
    expect(music.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThan(0.5);
  });

  it('is heard throughout: no second of it is silence or much louder than the rest', () => {
    for (let at = 0; at + 8_000 <= music.length - 8_000; at += 8_000) {
      const level = decibels(music.subarray(at, at + 8_000));
      expect(level).toBeGreaterThan(-35);
      expect(level).toBeLessThan(-19);
    }
  });

  it('begins and ends in silence, as it is played round', () => {
    expect([music[0], music.at(-1)]).toEqual([0, 0]);
  });

  it('is one file, made once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'homeline-music-'));
    try {
      const paths = [await holdMusicFile(folder), await holdMusicFile(folder)];
      expect(paths[0]).toBe(paths[1]);
      expect(await readdir(join(folder, 'music'))).toHaveLength(1);
      const { rate, samples } = readSound(await readFile(paths[0] ?? ''));
      expect([rate, samples.length]).toEqual([8_000, music.length]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
