import { crc32, deflateSync, inflateSync } from 'node:zlib';

/* PNG (W3C, third edition): as a browser writes a picture of a page, and with a palette as a repository keeps it. */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST_COLOURS = 256;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each point as one number, line by line. */
  readonly points: Uint32Array;
}

/**
 * The same picture with 256 colours: those that it has most of, and of the others those that would be missed most. What is left becomes the nearest of
 * these: shades at the edges of letters. Takes pictures of 8 bits without interlacing, and throws for others.
 */
export function withPalette(png: Buffer): Buffer {
  const { width, height, points } = read(png);
  const many = new Map<number, number>();
  for (const point of points) many.set(point, (many.get(point) ?? 0) + 1);
  const kept = paletteOf(many);
  const places = new Map(kept.map((colour, place) => [colour, place]));
  for (const colour of many.keys()) if (!places.has(colour)) places.set(colour, nearest(kept, colour));
  const lines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = places.get(points[y * width + x] ?? 0) ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8); // 8 bits, by palette
  const colours = Buffer.from(kept.flatMap((colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]));
  const chunks = [chunk('IHDR', header), chunk('PLTE', colours), chunk('IDAT', deflateSync(lines, { level: 9 }))];
  return Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

function read(png: Buffer): Picture {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('This is no PNG.');
  const parts: Buffer[] = [];
  let header: Buffer | undefined;
  for (let at = 8; at + 8 <= png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const content = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = content;
    if (type === 'IDAT') parts.push(content);
    at += length + 12;
  }
  const samples = { 2: 3, 6: 4 }[header?.[9] ?? 0];
  if (!header || header[8] !== 8 || header[12] !== 0 || samples === undefined)
    throw new Error('Only a PNG of 8 bits, red, green and blue, without interlacing can be read.');
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const bytes = unfiltered(inflateSync(Buffer.concat(parts)), width * samples, height, samples);
  const points = new Uint32Array(width * height);
  for (let point = 0; point < points.length; point++) {
    const [red = 0, green = 0, blue = 0] = bytes.subarray(point * samples, point * samples + 3);
    points[point] = (red << 16) | (green << 8) | blue;
  }
  return { width, height, points };
}

/** §9: each line says how it was made smaller. */
function unfiltered(lines: Buffer, length: number, height: number, samples: number): Buffer {
  const bytes = Buffer.alloc(length * height);
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (length + 1)];
    for (let x = 0; x < length; x++) {
      const at = y * length + x;
      const left = x < samples ? 0 : (bytes[at - samples] ?? 0);
      const above = y === 0 ? 0 : (bytes[at - length] ?? 0);
      const corner = x < samples || y === 0 ? 0 : (bytes[at - length - samples] ?? 0);
      bytes[at] = (lines[y * (length + 1) + 1 + x] ?? 0) + guess(filter, left, above, corner);
    }
  }
  return bytes;
}

function guess(filter: number | undefined, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return (left + above) >> 1;
  if (filter !== 4) return 0;
  const near = (value: number) => Math.abs(left + above - corner - value);
  if (near(left) <= near(above) && near(left) <= near(corner)) return left;
  return near(above) <= near(corner) ? above : corner;
}

function paletteOf(many: ReadonlyMap<number, number>): number[] {
  const ranked = [...many].sort(([, one], [, other]) => other - one);
  const kept = ranked.slice(0, MOST_COLOURS / 2).map(([colour]) => colour);
  const rest = ranked.slice(kept.length).map(([colour, count]) => {
    const far = Math.min(...kept.map((other) => distance(other, colour)));
    return { colour, weight: Math.sqrt(count), far };
  });
  while (kept.length < MOST_COLOURS && rest.length > 0) {
    let next = 0;
    rest.forEach(({ weight, far }, place) => {
      const best = rest[next];
      if (best && weight * far > best.weight * best.far) next = place;
    });
    for (const { colour } of rest.splice(next, 1)) {
      kept.push(colour);
      for (const one of rest) one.far = Math.min(one.far, distance(one.colour, colour));
    }
  }
  return kept;
}

const distance = (one: number, other: number): number =>
  [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 0xff) - ((other >> shift) & 0xff)) ** 2, 0);

function nearest(palette: readonly number[], colour: number): number {
  let [best, least] = [0, Infinity];
  palette.forEach((other, place) => {
    const far = distance(other, colour);
    if (far < least) [best, least] = [place, far];
  });
  return best;
}

function chunk(type: string, content: Buffer): Buffer {
  const framed = Buffer.alloc(content.length + 12);
  framed.writeUInt32BE(content.length, 0);
  framed.write(type, 4, 'latin1');
  content.copy(framed, 8);
  framed.writeUInt32BE(crc32(framed.subarray(4, content.length + 8)), content.length + 8);
  return framed;
}
