import sharp from 'sharp';
import { digitStrokes, type Point } from './strokes.ts';

/** Of the picture, pixels. */
const WIDTH = 320;
const HEIGHT = 110;
const INK = '#22384d';
const PAPER = '#eef2f5';

/** From 0 to 1, 1 excluded. */
export type Random = () => number;

/**
 * Six digits as a picture that people read and machines do not easily: written by hand in several ways, bent together, touching, crossed by
 * lines and cut by others. The digits are in no text of it. PNG.
 */
export async function drawDigits(digits: string, random: Random = Math.random): Promise<Buffer> {
  return sharp(Buffer.from(svgOf(digits, random)))
    .png({ palette: true, colours: 16 })
    .toBuffer();
}

export function svgOf(digits: string, random: Random): string {
  const between = (low: number, high: number) => low + (high - low) * random();
  const wave = (size: number) => {
    const [height, length, phase] = [between(0.6, 1) * size, between(70, 150), between(0, 2 * Math.PI)];
    return (at: number) => height * Math.sin((2 * Math.PI * at) / length + phase);
  };
  const [across, down, fine] = [wave(5), wave(6), wave(1.3)];
  const bent = ([x, y]: Point): Point => [x + across(y), y + down(x) + fine(3 * x)];
  const step = (WIDTH - 50) / digits.length;
  const lines = [...digits].flatMap((digit, nth) => {
    const ways = digitStrokes[digit] ?? [];
    const strokes = ways[Math.floor(random() * ways.length)] ?? [];
    const [wide, high] = [between(34, 42), between(58, 70)];
    const [left, top] = [20 + nth * step + between(-4, 5), (HEIGHT - high) / 2 + between(-9, 9)];
    const [turn, lean] = [between(-0.24, 0.24), between(-0.2, 0.2)];
    const placed = ([x, y]: Point): Point => {
      const [u, v] = [(x - 0.5) * wide + lean * (0.5 - y) * high, (y - 0.5) * high];
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      return [left + wide / 2 + u * cos - v * sin, top + high / 2 + u * sin + v * cos];
    };
    return strokes.map((stroke) => line(finely(stroke.map(placed)).map(bent), INK, between(5, 6.4)));
  });
  const crossing = (colour: string, thick: number) => {
    const [from, to, over] = [between(15, HEIGHT - 15), between(15, HEIGHT - 15), wave(between(8, 18))];
    const points = Array.from({ length: 65 }, (_, nth): Point => {
      const x = (WIDTH * nth) / 64;
      return [x, from + ((to - from) * nth) / 64 + over(x)];
    });
    return line(points, colour, thick);
  };
  const cuts = Array.from({ length: 2 }, () => crossing(PAPER, between(1.4, 2)));
  const strikes = Array.from({ length: 2 }, () => crossing(INK, between(2.2, 3)));
  const specks = Array.from({ length: 80 }, () => {
    const [x, y, size] = [between(0, WIDTH), between(0, HEIGHT), between(0.7, 1.9)];
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${size.toFixed(1)}" fill="${INK}"/>`;
  });
  const paper = `<rect width="${WIDTH}" height="${HEIGHT}" fill="${PAPER}"/>`;
  const all = [paper, ...lines, ...cuts, ...strikes, ...specks].join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${all}</svg>`;
}

/** With points so close together that a straight line can be bent. */
const finely = (points: readonly Point[]): Point[] =>
  points.flatMap((to, nth): Point[] => {
    const from = points[nth - 1];
    if (!from) return [to];
    return [1, 2, 3, 4].map((part): Point => [
      from[0] + ((to[0] - from[0]) * part) / 4,
      from[1] + ((to[1] - from[1]) * part) / 4,
    ]);
  });

function line(points: readonly Point[], colour: string, thick: number): string {
  const path = points.map(([x, y], nth) => `${nth === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('');
  const pen = `stroke="${colour}" stroke-width="${thick.toFixed(1)}" stroke-linecap="round" stroke-linejoin="round"`;
  return `<path d="${path}" fill="none" ${pen}/>`;
}
