import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { LEAST_SIDE, remadePicture, type Remade } from './picture.ts';
import { kindOf, type PictureType } from './picture-kind.ts';
import { locatedPicture, picture } from './testing/pictures.ts';
import { animated, bomb } from './testing/spoilt.ts';

vi.setConfig({ testTimeout: 60_000 });

const faultOf = async (bytes: Buffer, declared: PictureType) => {
  const made = await remadePicture(bytes, declared);
  return made.kind === 'refused' ? made.fault : made.kind;
};
async function remade(bytes: Buffer, declared: PictureType): Promise<Remade> {
  const made = await remadePicture(bytes, declared);
  if (made.kind !== 'remade') throw new Error(`It was refused: ${made.fault}`);
  return made;
}
let all: Record<'jpeg' | 'png' | 'webp', Buffer>;
beforeAll(async () => {
  all = { jpeg: await picture('jpeg'), png: await picture('png'), webp: await picture('webp') };
});

test.each(['jpeg', 'png', 'webp'] as const)('a %s becomes a JPEG of ours', async (kind) => {
  const { jpeg, width, height } = await remade(all[kind], `image/${kind}`);
  expect([width, height]).toEqual([800, 600]);
  expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width: 800, height: 600 });
});

test('where, when and with what it was taken is not kept, and it stands upright', async () => {
  const sent = await locatedPicture();
  expect((await sharp(sent).metadata()).exif?.includes('Secret Telephone')).toBe(true);
  const { jpeg, width, height } = await remade(sent, 'image/jpeg');
  // It lay on its side.
  expect([width, height]).toEqual([700, 900]);
  const kept = await sharp(jpeg).metadata();
  for (const beside of ['exif', 'icc', 'iptc', 'xmp', 'orientation'] as const) expect(kept[beside]).toBeUndefined();
  for (const word of ['Secret', 'GPS', 'Exif', 'at home']) expect(jpeg.includes(word)).toBe(false);
});

test('what is large is kept smaller, what is small as it is', async () => {
  const { width, height } = await remade(await picture('jpeg', { width: 4_000, height: 1_000 }), 'image/jpeg');
  expect([width, height]).toEqual([3_000, 750]);
});

test('transparent pixels become white', async () => {
  const clear = {
    create: { width: 700, height: 700, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  } as const;
  const { jpeg } = await remade(await sharp(clear).png().toBuffer(), 'image/png');
  const { channels } = await sharp(jpeg).stats();
  expect(channels.map(({ min }) => min)).toEqual([255, 255, 255]);
});

describe('what is two things at once is one afterwards', () => {
  const behind = '<html><script>alert(1)</script></html>';
  test.each([
    ['a page behind a JPEG', 'jpeg', () => Buffer.concat([all.jpeg, Buffer.from(behind)])],
    ['a page in the comment of a JPEG', 'jpeg', () => commented(all.jpeg, behind)],
    ['an archive behind a PNG', 'png', () => Buffer.concat([all.png, Buffer.from('PK\x03\x04 <script> payload')])],
  ] as const)('%s', async (_, kind, make) => {
    const made = await remadePicture(make(), `image/${kind}`);
    if (made.kind === 'refused') throw new Error(made.fault);
    for (const word of ['<script>', 'PK\x03\x04', 'payload']) expect(made.jpeg.includes(word), word).toBe(false);
    expect(made.jpeg.subarray(-2).toString('hex')).toBe('ffd9');
  });

  test('a script that begins as a GIF is none of the kinds that are taken', async () => {
    const script = Buffer.from('GIF89a/*xxxxxxxxxx*/=1;alert(1)//');
    for (const type of ['image/jpeg', 'image/png', 'image/webp'] as const)
      expect(await faultOf(script, type)).toBe('not-as-declared');
  });

  test('a drawing with a script in it is no picture', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    expect(await faultOf(svg, 'image/png')).toBe('not-as-declared');
  });
});

/** JPEG (ITU-T T.81, B.2.4.5): a COM segment after the beginning. */
function commented(jpeg: Buffer, text: string): Buffer {
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, Buffer.from(text), jpeg.subarray(2)]);
}

test('what is said to be something else is refused, whatever it is', async () => {
  expect(await faultOf(all.png, 'image/jpeg')).toBe('not-as-declared');
  expect(await faultOf(all.jpeg, 'image/webp')).toBe('not-as-declared');
  expect(await faultOf(all.webp, 'image/png')).toBe('not-as-declared');
  expect(await faultOf(Buffer.alloc(0), 'image/png')).toBe('not-as-declared');
});

test('a picture of a telephone that is HEIC is told from one that is broken', async () => {
  const heic = Buffer.concat([Buffer.from('\0\0\0\x18ftypheic', 'latin1'), Buffer.alloc(40)]);
  expect(kindOf(heic)).toBe('image/heic');
  expect(await faultOf(heic, 'image/jpeg')).toBe('heic');
});

test('a few kB that would become hundreds of MB are refused by what they promise, at once', async () => {
  const small = bomb(30_000);
  expect(small.length).toBeLessThan(200_000);
  const { rss } = process.memoryUsage();
  expect(await faultOf(small, 'image/png')).toBe('too-many-pixels');
  expect(process.memoryUsage().rss - rss).toBeLessThan(80_000_000);
});

test('what cannot be read on paper cannot be read on a screen', async () => {
  expect(await faultOf(await picture('jpeg', { width: 2_000, height: LEAST_SIDE - 1 }), 'image/jpeg')).toBe(
    'too-small',
  );
  expect(await faultOf(await picture('jpeg', { width: LEAST_SIDE, height: LEAST_SIDE }), 'image/jpeg')).toBe('remade');
});

test('several pictures in one are refused: only the first would be looked at', async () => {
  expect(await faultOf(animated(all.png), 'image/png')).toBe('several-pictures');
  const frames = await sharp([all.webp, all.png], { join: { animated: true } })
    .webp()
    .toBuffer();
  expect(await faultOf(frames, 'image/webp')).toBe('several-pictures');
});

test.each(['jpeg', 'png', 'webp'] as const)(
  'a %s that is cut off anywhere is refused, and never half kept',
  async (kind) => {
    const whole = all[kind];
    for (const part of [0.02, 0.3, 0.6, 0.9]) {
      const fault = await faultOf(whole.subarray(0, Math.floor(whole.length * part)), `image/${kind}`);
      expect([part, fault]).toEqual([part, 'not-decodable']);
    }
  },
);

test('whatever is sent, it is a picture of ours or a refusal', async () => {
  const kinds = fc.constantFrom('jpeg' as const, 'png' as const, 'webp' as const);
  const turned = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(kinds, turned, async (kind, changes) => {
      const bytes = Buffer.from(all[kind]);
      for (const [at, value] of changes) bytes[at % Math.min(bytes.length, 400)] = value;
      const made = await remadePicture(bytes, `image/${kind}`);
      if (made.kind === 'remade') expect(kindOf(made.jpeg)).toBe('image/jpeg');
    }),
    { numRuns: 60 },
  );
});
