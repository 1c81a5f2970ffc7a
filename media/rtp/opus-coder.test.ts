import { afterEach, expect, it } from 'vitest';
import { Opus } from '#media/audio/opus.ts';
import { OpusCoder } from './opus-coder.ts';
import { emptyPacket } from './packet.ts';

const speaker = new Opus();
const coder = new OpusCoder();
afterEach(() => {
  speaker.close();
  coder.close();
});

it('a packet that was said before the last one is left out, of another stream or after a new beginning it is not', () => {
  const packet = new Uint8Array(400);
  const bytes = packet.subarray(0, speaker.encode(new Int16Array(160).fill(500), packet, 0));
  /** Samples that come of a packet with this number. */
  const come = (sequence: number, ssrc = 1): number => {
    const header = { ...emptyPacket(), sequence, ssrc, offset: 0, length: bytes.length };
    coder.receive(header, bytes);
    return header.length;
  };
  expect([65_534, 65_535, 0, 2].map((sequence) => come(sequence))).toEqual([160, 160, 160, 160]);
  expect([1, 2, 65_535].map((sequence) => come(sequence))).toEqual([0, 0, 0]);
  expect([come(3), come(3, 2), come(3), come(30_000), come(10)]).toEqual([160, 160, 160, 160, 160]);
});
