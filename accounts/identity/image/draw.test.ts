import sharp from 'sharp';
import { expect, test } from 'vitest';
import { drawDigits, svgOf } from './draw.ts';
import { digitStrokes, letterStrokes } from './strokes.ts';

/** The same numbers each time. */
function counted(seed: number) {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

test('every digit is drawn in more than one way, within its place', () => {
  expect(Object.keys(digitStrokes)).toEqual([...'0123456789']);
  for (const [digit, ways] of Object.entries(digitStrokes)) {
    expect(ways.length, digit).toBeGreaterThan(1);
    for (const [x, y] of [...ways, ...Object.values(letterStrokes)].flat(2)) {
      expect([digit, x > -0.1 && x < 1.1 && y > -0.1 && y < 1.1]).toEqual([digit, true]);
    }
  }
});

test('the picture is a PNG of a page’s size, with ink in it, and the digits are in no text of it', async () => {
  const png = await drawDigits('982771', counted(7));
  expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 320, height: 110 });
  const { channels } = await sharp(png).stats();
  expect(Math.min(...channels.map(({ stdev }) => stdev))).toBeGreaterThan(20);
  expect(png.includes('982771')).toBe(false);
  expect(svgOf('982771', counted(7))).not.toMatch(/<text|982771/);
});

test('each digit has a place of its own, from left to right, and other digits another drawing', () => {
  const of = (digits: string) => svgOf(digits, counted(3));
  expect(of('111111')).toBe(of('111111'));
  expect(of('111111')).not.toBe(of('111118'));
  expect(svgOf('111111', counted(3))).not.toBe(svgOf('111111', counted(4)));
  const starts = [...of('777777').matchAll(/<path d="M([\d.]+)/g)].slice(0, 6).map(([, x]) => Number(x));
  // Sevens of one stroke or two: none begins left of the one before by more than a digit's width.
  for (const [nth, x] of starts.entries()) if (nth > 0) expect(x).toBeGreaterThan((starts[nth - 1] ?? 0) - 46);
  const most = Math.max(...[...of('777777').matchAll(/[ML]([\d.-]+) /g)].map(([, x]) => Number(x)));
  expect(most).toBeGreaterThan(250);
  // Of an eight the pen draws many more pieces than of a one.
  const pieces = (digits: string) => [...of(digits).matchAll(/<path d="([^"]+)"/g)].map(([, path = '']) => path.split('L').length); // prettier-ignore
  expect(pieces('188888')[0]).toBeLessThan(20);
  expect(pieces('888881')[0]).toBeGreaterThan(40);
});
