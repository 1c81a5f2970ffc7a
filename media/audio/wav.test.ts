import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encode } from './g711.ts';
import { readWavHeader, WavFault, writeWavHeader } from './wav-header.ts';
import { WavReader } from './wav-reader.ts';
import { WavWriter } from './wav-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'wav-'));
afterAll(() => rmSync(folder, { recursive: true }));

const chunk = (name: string, body: Uint8Array): Buffer => {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
};
const format = (code: number, channels: number, rate: number, bits: number): Buffer => {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(code, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt16LE(bits, 14);
  return chunk('fmt ', body);
};
const riff = (...chunks: Buffer[]): Buffer => Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), ...chunks]);
const pcm = (samples: readonly number[]): Buffer => Buffer.from(Int16Array.from(samples).buffer);

const save = (bytes: Uint8Array): string => {
  const path = join(folder, `${Math.random()}.wav`);
  writeFileSync(path, bytes);
  return path;
};
const readAll = (path: string, pieces = 160): number[] => {
  const reader = WavReader.open(path);
  const all: number[] = [];
  const into = new Int16Array(pieces);
  for (let got = pieces; got === pieces;) {
    got = reader.read(into, 0, pieces);
    all.push(...into.subarray(0, got));
  }
  reader.close();
  return all;
};
const headerOf = (bytes: Uint8Array) => readWavHeader((at, length) => bytes.subarray(at, at + length), bytes.length);

const ramp = Array.from({ length: 1000 }, (_, i) => i * 17 - 8000);

describe('reading WAV', () => {
  it('reads 16-bit mono as it is, in pieces of any size', () => {
    const path = save(riff(format(1, 1, 8000, 16), chunk('data', pcm(ramp))));
    expect(readAll(path)).toEqual(ramp);
    expect(readAll(path, 7)).toEqual(ramp);
  });

  it('passes over other chunks, also those of odd length', () => {
    const bytes = riff(
      chunk('LIST', Buffer.from('abc')),
      format(1, 1, 8000, 16),
      chunk('fact', Buffer.alloc(4)),
      chunk('data', pcm(ramp)),
    );
    expect(readAll(save(bytes))).toEqual(ramp);
  });

  it('reads mu-law and A-law', () => {
    for (const [code, law] of [
      [7, 'PCMU'],
      [6, 'PCMA'],
    ] as const) {
      const codes = new Uint8Array(3);
      encode(law, Int16Array.of(0, 1000, -1000), 3, codes, 0);
      const samples = readAll(save(riff(format(code, 1, 8000, 8), chunk('data', codes))));
      expect(samples.map((sample) => Math.round(sample / 100))).toEqual([0, 10, -10]);
    }
  });

  it('mixes stereo down and understands the extensible format', () => {
    const extensible = Buffer.alloc(40);
    extensible.writeUInt16LE(0xfffe, 0);
    extensible.writeUInt16LE(2, 2);
    extensible.writeUInt32LE(8000, 4);
    extensible.writeUInt16LE(16, 14);
    extensible.writeUInt16LE(1, 24);
    expect(readAll(save(riff(chunk('fmt ', extensible), chunk('data', pcm([100, 300, -50, 50])))))).toEqual([200, 0]);
  });

  it.each([4000, 16_000, 22_050, 44_100, 48_000])('brings %i samples per second to 8000', (rate) => {
    const tone = Array.from({ length: rate }, (_, i) => Math.round(10_000 * Math.sin((2 * Math.PI * 300 * i) / rate)));
    const samples = readAll(save(riff(format(1, 1, rate, 16), chunk('data', pcm(tone)))));
    expect(Math.abs(samples.length - 8000)).toBeLessThanOrEqual(2);
    let [re, im] = [0, 0];
    samples.forEach((sample, i) => {
      re += sample * Math.cos((2 * Math.PI * 300 * i) / 8000);
      im += sample * Math.sin((2 * Math.PI * 300 * i) / 8000);
    });
    expect((2 * Math.hypot(re, im)) / samples.length).toBeGreaterThan(9000);
  });

  it('goes on at a sample in the middle', () => {
    const reader = WavReader.open(save(riff(format(1, 1, 8000, 16), chunk('data', pcm(ramp)))));
    reader.seek(400);
    const into = new Int16Array(2);
    expect(reader.read(into, 0, 2)).toBe(2);
    expect([...into]).toEqual(ramp.slice(400, 402));
    reader.close();
    expect(reader.read(into, 0, 2)).toBe(0);
  });

  it.each([
    ['no size (the recorder died)', 0],
    ['a size beyond the end', 99_999],
  ])('reads what is there of a file with %s', (_, size) => {
    const data = chunk('data', pcm(ramp));
    data.writeUInt32LE(size, 4);
    expect(readAll(save(riff(format(1, 1, 8000, 16), data)))).toEqual(ramp);
  });

  it('ends quietly when the file becomes shorter while it plays', () => {
    const path = save(riff(format(1, 1, 8000, 16), chunk('data', pcm(Array.from({ length: 20_000 }, () => 5)))));
    const reader = WavReader.open(path);
    const into = new Int16Array(160);
    expect(reader.read(into, 0, 160)).toBe(160);
    truncateSync(path, 44 + 2 * 9000);
    let total = 160;
    for (let got = 160; got > 0; total += got) got = reader.read(into, 0, 160);
    expect(total).toBe(9000);
    reader.close();
  });

  it.each([
    ['an empty file', Buffer.alloc(0)],
    ['text', Buffer.from('hello, this is no sound at all')],
    ['a file without data', riff(format(1, 1, 8000, 16))],
    ['data before the format', riff(chunk('data', pcm([1])), format(1, 1, 8000, 16))],
    ['24 bits', riff(format(1, 1, 8000, 24), chunk('data', pcm([1])))],
    ['no channels', riff(format(1, 0, 8000, 16), chunk('data', pcm([1])))],
    ['an impossible rate', riff(format(1, 1, 0, 16), chunk('data', pcm([1])))],
    ['a short format chunk', riff(chunk('fmt ', Buffer.alloc(8)), chunk('data', pcm([1])))],
  ])('refuses %s', (_, bytes) => {
    expect(() => headerOf(bytes)).toThrow(WavFault);
    expect(() => WavReader.open(save(bytes))).toThrow(WavFault);
  });

  it('refuses a folder and a missing file with the reason', () => {
    expect(() => WavReader.open(folder)).toThrow(WavFault);
    expect(() => WavReader.open('/nowhere/x.wav')).toThrow('ENOENT');
  });

  it('accepts or refuses any bytes, and never fails otherwise', () => {
    const valid = riff(
      format(1, 2, 16_000, 16),
      chunk('LIST', Buffer.from('ab')),
      chunk('data', pcm(ramp.slice(0, 50))),
    );
    const edits = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(edits, fc.nat(valid.length), (changes, cut) => {
        const bytes = Buffer.from(valid.subarray(0, cut));
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          const header = headerOf(bytes);
          expect(header.dataOffset + header.dataBytes).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(WavFault);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('writing WAV', () => {
  it('has its header and samples on disk from the start, and its sizes after closing', () => {
    const path = join(folder, 'deep/er/one.wav');
    const writer = new WavWriter(path, { channels: 2, rate: 8000 });
    writer.write(0, Int16Array.of(1, 2, 3, 4));
    writer.write(2, Int16Array.of(5, 6));
    const open = readFileSync(path);
    expect(open.length).toBe(44 + 12);
    expect(open.readUInt32LE(40)).toBe(0);
    expect(headerOf(open)).toEqual({ encoding: 'pcm16', channels: 2, rate: 8000, dataOffset: 44, dataBytes: 12 });
    writer.write(1, Int16Array.of(7, 8));
    expect(writer.length).toBe(3);
    writer.close();
    writer.close();
    const closed = readFileSync(path);
    expect(closed.subarray(0, 44)).toEqual(writeWavHeader({ channels: 2, rate: 8000, dataBytes: 12 }));
    expect([...new Int16Array(closed.buffer.slice(closed.byteOffset + 44, closed.byteOffset + 56))]).toEqual([
      1, 2, 7, 8, 5, 6,
    ]);
  });

  it('says why it cannot write', () => {
    expect(() => new WavWriter('/proc/nowhere/x.wav', { channels: 1, rate: 8000 })).toThrow(/ENOENT|EACCES/);
    expect(() => new WavWriter('/dev/full', { channels: 1, rate: 8000 })).toThrow('ENOSPC');
  });
});
