import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repairWav } from './repair.ts';
import { NoWav, parseHeader } from './wav.ts';

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-wav-'));
  path = join(folder, 'call.wav');
});
afterAll(() => rm(folder, { recursive: true }));

interface Shape {
  format?: number;
  channels?: number;
  bits?: number;
  fact?: number;
  riffSize?: number;
  dataSize?: number;
  tail?: Buffer;
}

/** A WAV file of these bytes of sound, with a header that may lie. */
function wav(sound: Buffer, shape: Shape = {}): Buffer {
  const { format = 1, channels = 2, bits = 16, tail = Buffer.alloc(0) } = shape;
  const fmt = Buffer.alloc(16);
  const blockAlign = (channels * bits) / 8;
  fmt.writeUInt16LE(format, 0);
  fmt.writeUInt16LE(channels, 2);
  fmt.writeUInt32LE(8000, 4);
  fmt.writeUInt32LE(8000 * blockAlign, 8);
  fmt.writeUInt16LE(blockAlign, 12);
  fmt.writeUInt16LE(bits, 14);
  const fact = shape.fact === undefined ? [] : [chunk('fact', word(shape.fact))];
  const parts = [Buffer.from('WAVE'), chunk('fmt ', fmt), ...fact, chunk('data', sound, shape.dataSize), tail];
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from('RIFF'), word(shape.riffSize ?? body.length), body]);
}
const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const chunk = (id: string, body: Buffer, size = body.length) => Buffer.concat([Buffer.from(id), word(size), body]);
const ramp = (length: number) => Buffer.from(Array.from({ length }, (_, n) => (n * 7) & 0xff));

const repaired = async (bytes: Buffer) => {
  await writeFile(path, bytes);
  const told = await repairWav(path);
  return { told, file: await readFile(path) };
};

test('a proper file is not touched', async () => {
  const proper = wav(ramp(32_000));
  await writeFile(path, proper);
  const { mtimeNs } = await stat(path, { bigint: true });
  expect(await repairWav(path)).toEqual({ repaired: false, bytes: 32_044, frames: 8_000, seconds: 1, channels: 2, sampleRate: 8000 }); // prettier-ignore
  expect((await readFile(path)).equals(proper)).toBe(true);
  expect((await stat(path, { bigint: true })).mtimeNs).toBe(mtimeNs);
});

test.each([
  ['lengths of nothing', { riffSize: 36, dataSize: 0 }],
  ['lengths of a stream', { riffSize: 0xffffffff, dataSize: 0xffffffff }],
  ['lengths of an earlier flush', { riffSize: 36 + 320, dataSize: 320 }],
  ['a right sound length and a wrong whole', { riffSize: 0 }],
  ['a wrong sound length and a right whole', { dataSize: 16 }],
])('a header with %s is put right', async (_, shape) => {
  const sound = ramp(640);
  const { told, file } = await repaired(wav(sound, shape));
  expect(told).toMatchObject({ repaired: true, bytes: 684, frames: 160, seconds: 0.02 });
  expect(file).toEqual(wav(sound));
});

test('half a frame at the end is cut off', async () => {
  const { told, file } = await repaired(wav(ramp(643), { dataSize: 0 }));
  expect(told).toMatchObject({ repaired: true, bytes: 684, frames: 160 });
  expect(file).toEqual(wav(ramp(640)));
});

test('µ-law in one channel may end oddly: a pad byte follows, and the count of samples is right', async () => {
  const mulaw = { format: 7, channels: 1, bits: 8 };
  const { told, file } = await repaired(wav(ramp(801), { ...mulaw, fact: 0, dataSize: 0 }));
  expect(told).toMatchObject({ repaired: true, frames: 801, bytes: 58 + 801 + 1 - 2 });
  const whole = wav(ramp(801), { ...mulaw, fact: 801, tail: Buffer.alloc(1) });
  expect(file).toEqual(whole);
  expect((await repairWav(path)).repaired).toBe(false);
  expect(await readFile(path)).toEqual(whole);
});

test('chunks after the sound stay', async () => {
  const tail = chunk('LIST', Buffer.from('INFOISFTx\0'));
  const { told, file } = await repaired(wav(ramp(320), { tail, riffSize: 1 }));
  expect(told).toMatchObject({ repaired: true, frames: 80 });
  expect(file).toEqual(wav(ramp(320), { tail }));
});

test('a header without sound yet is a recording of no length', async () => {
  const { told } = await repaired(wav(Buffer.alloc(0), { riffSize: 0 }));
  expect(told).toMatchObject({ repaired: true, bytes: 44, frames: 0, seconds: 0 });
});

test.each([
  ['an empty file', Buffer.alloc(0)],
  ['a file cut in its header', wav(ramp(10)).subarray(0, 38)],
  ['a file cut before its sound', wav(ramp(10)).subarray(0, 43)],
  ['another kind of file', Buffer.from('ID3 not a recording at all, but long enough to hold a header')],
  ['a format of no channels', wav(ramp(320), { channels: 0 })],
])('%s is no WAV, and is left alone', async (_, bytes) => {
  await writeFile(path, bytes);
  await expect(repairWav(path)).rejects.toBeInstanceOf(NoWav);
  expect(await readFile(path)).toEqual(bytes);
});

test(
  'wherever the writer was killed, the sound that is there is kept and the second repair finds nothing',
  { timeout: 30_000 },
  async () => {
    const sound = ramp(400);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 44, max: 444 }),
        fc.nat({ max: 400 }),
        fc.constantFrom(1, 2),
        fc.constantFrom(1, 7),
        async (cut, flushed, channels, format) => {
          const bits = format === 7 ? 8 : 16;
          const { told, file } = await repaired(
            wav(sound, { dataSize: flushed, channels, format, bits }).subarray(0, cut),
          );
          const block = (channels * bits) / 8;
          const kept = Math.floor((cut - 44) / block) * block;
          // A length that happens to be right but for the pad byte: that byte is no sound.
          const pad = block === 1 && flushed % 2 === 1 && flushed === cut - 45 ? 1 : 0;
          expect(told.frames).toBe((kept - pad) / block);
          expect(file.subarray(44, 44 + kept - pad).equals(sound.subarray(0, kept - pad))).toBe(true);
          expect(file.readUInt32LE(40)).toBe(kept - pad);
          expect(file.readUInt32LE(4)).toBe(file.length - 8);
          expect((await repairWav(path)).repaired).toBe(false);
        },
      ),
      { numRuns: 120 },
    );
  },
);

test('no header makes the parser fail in any way but its own', () => {
  const start = fc.constantFrom(wav(Buffer.alloc(0)), wav(ramp(20), { fact: 1 }), Buffer.from('RIFF....WAVE'));
  const edits = fc.array(fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
        start,
      ),
      edits,
      (bytes, changes) => {
        const header = Buffer.from(bytes);
        for (const [at, value] of changes) if (at < header.length) header[at] = value;
        try {
          expect(parseHeader(header).dataAt).toBeLessThanOrEqual(header.length);
        } catch (error) {
          if (!(error instanceof NoWav)) throw error;
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
