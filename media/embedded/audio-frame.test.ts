import { describe, expect, it } from 'vitest';
import { decode, encode, FRAME_SAMPLES } from '#media/audio/g711.ts';
import { AudioFrame } from './audio-frame.ts';

const codes = Uint8Array.from({ length: FRAME_SAMPLES }, (_, i) => (i * 7) & 0xff);
const written = (frame: AudioFrame, law: 'PCMU' | 'PCMA'): number[] => {
  const packet = new Uint8Array(12 + FRAME_SAMPLES);
  frame.writeCodes(law, packet, 12);
  expect([...packet.subarray(0, 12)]).toEqual(Array.from({ length: 12 }, () => 0));
  return [...packet.subarray(12)];
};

describe('a frame', () => {
  it('leaves with the codes it came with, unless they are to be in the other law', () => {
    const frame = new AudioFrame();
    frame.setCodes('PCMU', codes);
    expect(frame.codes('PCMU')).toBe(codes);
    expect(frame.codes('PCMA')).toBeUndefined();
    expect(written(frame, 'PCMU')).toEqual([...codes]);
    const samples = new Int16Array(FRAME_SAMPLES);
    decode('PCMU', codes, 0, FRAME_SAMPLES, samples);
    const other = new Uint8Array(FRAME_SAMPLES);
    encode('PCMA', samples, FRAME_SAMPLES, other, 0);
    expect(written(frame, 'PCMA')).toEqual([...other]);
    expect([...frame.samples()]).toEqual([...samples]);
    expect(frame.codes('PCMU')).toBe(codes);
  });

  it('has no codes once its samples were changed, and never changes those it came with', () => {
    const before = codes.slice();
    const frame = new AudioFrame();
    frame.setCodes('PCMU', codes);
    frame.change()[0] = 1000;
    expect(frame.codes('PCMU')).toBeUndefined();
    expect(frame.samples()[0]).toBe(1000);
    frame.setCodes('PCMU', codes);
    frame.mute();
    expect(frame.codes('PCMU')).toBeUndefined();
    expect([...frame.samples()]).toEqual(Array.from({ length: FRAME_SAMPLES }, () => 0));
    expect(codes).toEqual(before);
  });

  it.each(['PCMU', 'PCMA'] as const)('of silence in %s is zeros, and the code of silence', (law) => {
    const frame = new AudioFrame();
    frame.fill().fill(77);
    frame.setSilence(law);
    expect(new Set(written(frame, law))).toEqual(new Set([law === 'PCMU' ? 0xff : 0xd5]));
    expect(new Set(frame.samples())).toEqual(new Set([0]));
    frame.change()[3] = 500;
    frame.setSilence(law);
    expect(new Set(frame.samples())).toEqual(new Set([0]));
  });

  it('that is all silence because the party sent it is what the party sent', () => {
    const frame = new AudioFrame();
    frame.setCodes('PCMA', new Uint8Array(FRAME_SAMPLES).fill(0xd5));
    expect(frame.samples()[0]).toBe(8);
  });
});
