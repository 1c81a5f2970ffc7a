import { describe, expect, test } from 'vitest';
import { decodeTable } from '../audio/g711.ts';
import { writeWavHeader } from '../audio/wav-header.ts';
import { peaksOf } from './peaks.ts';
import type { Part } from './storage.ts';

/** A file in memory that comes in pieces of this many bytes. */
function file(whole: Buffer, piece = 5) {
  const asked: Part[] = [];
  return {
    asked,
    bytes: whole.length,
    async *read(part: Part) {
      asked.push(part);
      for (let at = part.from; at < part.until; at += piece) yield whole.subarray(at, Math.min(at + piece, part.until));
    },
  };
}

const pcm = (channels: number, samples: readonly number[]): Buffer => {
  const data = Buffer.from(Int16Array.from(samples).buffer);
  return Buffer.concat([writeWavHeader({ channels, rate: 8000, dataBytes: data.length }), data]);
};

describe('the outline of a recording', () => {
  test('has the peaks of each channel in each part, however the file comes', async () => {
    // Two channels, four frames.
    const stereo = pcm(2, [0, 16_384, -16_384, 3_277, 32_767, 0, 1_000, -32_768]);
    for (const piece of [1, 3, 5, 1_000])
      expect(await peaksOf(file(stereo, piece), 2)).toEqual([
        [
          [-50, 0],
          [10, 50],
        ],
        [
          [3, 100],
          [-100, 0],
        ],
      ]);
  });

  test('divides frames as evenly as they go', async () => {
    const mono = pcm(
      1,
      [100, 200, 300, 400, 500, 600, 700].map((each) => each * 32),
    );
    const outline = await peaksOf(file(mono), 3);
    expect(outline.map(([channel]) => channel)).toEqual([
      [10, 29],
      [39, 49],
      [59, 68],
    ]);
  });

  test.each([
    ['PCMU', 7],
    ['PCMA', 6],
  ] as const)('is of what %s stands for', async (law, format) => {
    const codes = Buffer.from([0x00, 0x80, 0xff, 0x55]);
    const header = writeWavHeader({ channels: 1, rate: 8000, dataBytes: codes.length });
    header.writeUInt16LE(format, 20);
    header.writeUInt16LE(1, 32);
    header.writeUInt16LE(8, 34);
    const wanted = [...codes].map((code) => Math.round((decodeTable(law)[code]! / 32_768) * 100));
    const outline = await peaksOf(file(Buffer.concat([header, codes])), 4);
    expect(outline.map(([channel]) => channel)).toEqual(wanted.map((each) => [each, each]));
  });

  test('of less sound than parts has fewer of them, of none none', async () => {
    expect(await peaksOf(file(pcm(1, [16_384, 0])), 800)).toEqual([[[50, 50]], [[0, 0]]]);
    expect(await peaksOf(file(pcm(2, [])), 800)).toEqual([]);
  });

  test('reads what is there when the header says more, and only whole frames', async () => {
    const cut = Buffer.concat([pcm(2, [16_384, 0, 16_384, 0]).subarray(0, -2)]);
    expect(await peaksOf(file(cut), 1)).toEqual([
      [
        [50, 50],
        [0, 0],
      ],
    ]);
  });

  test('asks for nothing behind the sound', async () => {
    const whole = pcm(1, [16_384, 0]);
    const trailed = file(Buffer.concat([whole, Buffer.from('LIST\x04\0\0\0abcd')]));
    expect(await peaksOf(trailed, 2)).toEqual([[[50, 50]], [[0, 0]]]);
    expect(trailed.asked).toEqual([
      { from: 0, until: whole.length + 12 },
      { from: 44, until: 48 },
    ]);
  });

  test('of what is no WAV is none', async () => {
    await expect(peaksOf(file(Buffer.alloc(0)), 2)).rejects.toMatchObject({ name: 'NoWav' });
    await expect(peaksOf(file(Buffer.from('OggS'.padEnd(64))), 2)).rejects.toMatchObject({ name: 'NoWav' });
    const eight = pcm(1, [0, 0]);
    eight.writeUInt16LE(1, 32);
    await expect(peaksOf(file(eight), 2)).rejects.toMatchObject({ name: 'NoWav' });
  });
});
