import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSound, UnreadableSound, writeSound } from './sound.ts';

/** A WAV file of any shape; `extra` stands before the samples, as cue and text chunks do. */
function wav(options: {
  code?: number;
  channels: number;
  rate: number;
  bits: number;
  data: Buffer;
  extra?: Buffer;
}): Buffer {
  const chunk = (name: string, body: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(name, 'latin1');
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
  };
  const format = Buffer.alloc(16);
  format.writeUInt16LE(options.code ?? 1, 0);
  format.writeUInt16LE(options.channels, 2);
  format.writeUInt32LE(options.rate, 4);
  format.writeUInt16LE(options.bits, 14);
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', format),
    ...(options.extra ? [chunk('LIST', options.extra)] : []),
    chunk('data', options.data),
  ]);
  return chunk('RIFF', body);
}

describe('reading a WAV file', () => {
  it('averages 24-bit stereo', () => {
    const data = Buffer.alloc(12);
    data.writeIntLE(4194304, 0, 3);
    data.writeIntLE(-2097152, 3, 3);
    data.writeIntLE(-8388608, 6, 3);
    data.writeIntLE(-8388608, 9, 3);
    const sound = readSound(wav({ channels: 2, rate: 48000, bits: 24, data, extra: Buffer.from('odd') }));
    expect(sound.rate).toBe(48000);
    expect([...sound.samples]).toEqual([0.125, -1]);
  });

  it('reads 8-bit, 32-bit and float samples', () => {
    const int32 = Buffer.alloc(4);
    int32.writeInt32LE(-1073741824);
    const float = Buffer.alloc(4);
    float.writeFloatLE(0.25);
    expect([...readSound(wav({ channels: 1, rate: 8000, bits: 8, data: Buffer.from([192, 0]) })).samples]).toEqual([
      0.5, -1,
    ]);
    expect([...readSound(wav({ channels: 1, rate: 8000, bits: 32, data: int32 })).samples]).toEqual([-0.5]);
    expect([...readSound(wav({ code: 3, channels: 1, rate: 8000, bits: 32, data: float })).samples]).toEqual([0.25]);
  });

  it('reads back what it writes, clipped at full scale', () => {
    const samples = Float32Array.of(0, 0.5, -0.5, 1.5, -1.5);
    expect([...readSound(writeSound({ rate: 8000, samples })).samples]).toEqual([0, 0.5, -0.5, 32767 / 32768, -1]);
  });

  it.each([
    ['an empty file', Buffer.alloc(0), 'no RIFF/WAVE header'],
    ['an MP3 file', Buffer.from('ID3\u0004 and so on, not a WAV'), 'no RIFF/WAVE header'],
    [
      'MP3 inside WAV',
      wav({ code: 0x55, channels: 1, rate: 44100, bits: 16, data: Buffer.alloc(4) }),
      'format 85 with 16 bits',
    ],
    ['no samples', wav({ channels: 1, rate: 8000, bits: 16, data: Buffer.alloc(0) }), 'no samples'],
    [
      'half a file',
      wav({ channels: 1, rate: 8000, bits: 16, data: Buffer.alloc(100) }).subarray(0, 100),
      'cut off: 56 of 100',
    ],
    ['no channels', wav({ channels: 0, rate: 8000, bits: 16, data: Buffer.alloc(4) }), '0 channels'],
    ['a rate below the telephone', wav({ channels: 1, rate: 4000, bits: 16, data: Buffer.alloc(4) }), '4000 samples'],
  ])('refuses %s', (_what, file, reason) => {
    expect(() => readSound(file)).toThrow(UnreadableSound);
    expect(() => readSound(file)).toThrow(reason);
  });

  it('never fails but by its own class', () => {
    const whole = wav({ channels: 2, rate: 44100, bits: 24, data: Buffer.alloc(60, 7) });
    const damaged = fc
      .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 })
      .map((changes) => changes.reduce((file, [at, byte]) => (file.writeUInt8(byte, at), file), Buffer.from(whole)));
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 200 })), (file) => {
        try {
          const { samples } = readSound(file);
          expect(samples.every(Number.isFinite)).toBe(true);
        } catch (fault) {
          expect(fault).toBeInstanceOf(UnreadableSound);
        }
      }),
    );
  });
});
