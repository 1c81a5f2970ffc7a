import sharp from 'sharp';
import type { DocumentSide } from '#db/documents.ts';
import { digitStrokes, letterStrokes, type Stroke } from '../identity/image/strokes.ts';

const WIDTH = 1_000;
const HEIGHT = 640;

/** A text of our own strokes, for there may be no fonts: what there is no stroke for is a space. */
function written(text: string, [x, y, size]: readonly [number, number, number], colour: string): string {
  return [...text]
    .flatMap((sign, nth) =>
      (letterStrokes[sign] ?? digitStrokes[sign]?.[0] ?? []).map((stroke: Stroke) => {
        const points = stroke.map(
          ([u, v]) => `${(x + (nth + u * 0.7) * size).toFixed(1)},${(y + v * size).toFixed(1)}`,
        );
        return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="${size / 8}"/>`;
      }),
    )
    .join('');
}

const rect = (x: number, y: number, width: number, height: number, fill: string) =>
  `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="${fill}"/>`;

/** A face as children draw one. */
const face = (x: number, y: number, size: number) =>
  [
    `<circle cx="${x}" cy="${y}" r="${size}" fill="#e7b98f"/>`,
    `<path d="M${x - size} ${y - size * 0.2}a${size} ${size} 0 0 1 ${2 * size} 0z" fill="#4a3328"/>`,
    ...[-1, 1].map((side) => `<circle cx="${x + side * size * 0.38}" cy="${y}" r="${size * 0.09}" fill="#222"/>`),
    `<path d="M${x - size * 0.35} ${y + size * 0.42}q${size * 0.35} ${size * 0.3} ${size * 0.7} 0" fill="none" stroke="#222" stroke-width="${size * 0.06}"/>`,
    `<path d="M${x - size * 1.3} ${y + size * 2.2}q${size * 1.3} ${-size * 2} ${size * 2.6} 0z" fill="#2f6f8f"/>`,
  ].join('');

const drawn: Readonly<Record<DocumentSide, () => string>> = {
  front: () =>
    [
      rect(0, 0, WIDTH, HEIGHT, '#dfeaf2'),
      rect(0, 0, WIDTH, 96, '#2b5d7d'),
      written('SPECIMEN', [40, 26, 48], '#ffffff'),
      rect(50, 140, 270, 350, '#ffffff'),
      face(185, 270, 80),
      ...[150, 210, 270, 330, 390].map((y, nth) => rect(370, y, [420, 300, 500, 360, 260][nth] ?? 300, 26, '#9fb4c2')),
      written('0142 5550 1234', [370, 470, 34], '#b1342b'),
      written('SPECIMEN', [200, 560, 40], '#b1342b'),
    ].join(''),
  back: () =>
    [
      rect(0, 0, WIDTH, HEIGHT, '#dfeaf2'),
      rect(0, 60, WIDTH, 110, '#27313a'),
      ...Array.from({ length: 70 }, (_, nth) => rect(60 + nth * 12, 230, 2 + ((nth * 7) % 9), 150, '#27313a')),
      written('SPECIMEN', [200, 440, 64], '#b1342b'),
      written('8362 0099 4417', [200, 550, 30], '#27313a'),
    ].join(''),
  photo: () =>
    [rect(0, 0, WIDTH, HEIGHT, '#c9d6c4'), face(500, 260, 130), written('SPECIMEN', [300, 570, 44], '#b1342b')].join(
      '',
    ),
};

/** An invented document and a drawn face, which say what they are. JPEG. */
export async function specimen(side: DocumentSide): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${drawn[side]()}</svg>`;
  return sharp(Buffer.from(svg)).flatten({ background: '#ffffff' }).jpeg().toBuffer();
}
