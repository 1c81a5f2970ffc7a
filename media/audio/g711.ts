/** G.711 (ITU-T G.711, 11/88) by table: one code is one sample at 8 kHz; linear samples are 16-bit. */

export type Law = 'PCMU' | 'PCMA';

/** Samples in one 20 ms frame at 8 kHz; with G.711 also its length in bytes. */
export const FRAME_SAMPLES = 160;

/** The code of silence: linear 0 in mu-law, the smallest positive step in A-law. */
export const SILENCE_CODE: Readonly<Record<Law, number>> = { PCMU: 0xff, PCMA: 0xd5 };

const MU_BIAS = 0x84;
const MU_CLIP = 32635;

const muDecodeOne = (code: number): number => {
  const inverted = ~code & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + MU_BIAS) << ((inverted & 0x70) >> 4)) - MU_BIAS;
  return inverted & 0x80 ? -magnitude : magnitude;
};

const muEncodeOne = (sample: number): number => {
  const sign = sample < 0 ? 0x80 : 0;
  const biased = Math.min(Math.abs(sample), MU_CLIP) + MU_BIAS;
  const segment = 31 - Math.clz32(biased >> 7);
  return ~(sign | (segment << 4) | ((biased >> (segment + 3)) & 0x0f)) & 0xff;
};

const aDecodeOne = (code: number): number => {
  const flipped = code ^ 0x55;
  const segment = (flipped & 0x70) >> 4;
  const step = (flipped & 0x0f) << 4;
  const magnitude = segment === 0 ? step + 8 : (step + 0x108) << (segment - 1);
  return flipped & 0x80 ? magnitude : -magnitude;
};

const aEncodeOne = (sample: number): number => {
  const positive = sample >= 0;
  // Negative values mirror at -1, so that -8 and 8 land in mirrored intervals (G.711 table 1b).
  const magnitude = positive ? sample : -sample - 1;
  const segment = magnitude < 256 ? 0 : 31 - Math.clz32(magnitude >> 7);
  const step = segment === 0 ? (magnitude >> 4) & 0x0f : (magnitude >> (segment + 3)) & 0x0f;
  return ((segment << 4) | step) ^ (positive ? 0xd5 : 0x55);
};

const decodeTableOf = (one: (code: number) => number): Int16Array =>
  Int16Array.from({ length: 256 }, (_, code) => one(code));

/** Indexed by the sample's low 16 bits, so that negative samples need no offset. */
const encodeTable = (one: (sample: number) => number): Uint8Array =>
  Uint8Array.from({ length: 65536 }, (_, index) => one((index << 16) >> 16));

const decodeTables: Readonly<Record<Law, Int16Array>> = {
  PCMU: decodeTableOf(muDecodeOne),
  PCMA: decodeTableOf(aDecodeOne),
};
const encodeTables: Readonly<Record<Law, Uint8Array>> = {
  PCMU: encodeTable(muEncodeOne),
  PCMA: encodeTable(aEncodeOne),
};

/** The sample of each code; to read only. */
export const decodeTable = (law: Law): Int16Array => decodeTables[law];

/** Decodes `count` codes starting at `offset` into the front of `samples`. */
export function decode(law: Law, codes: Uint8Array, offset: number, count: number, samples: Int16Array): void {
  const table = decodeTables[law];
  for (let i = 0; i < count; i += 1) samples[i] = table[codes[offset + i]!]!;
}

/** Encodes the first `count` samples into `codes`, starting at `offset`. */
export function encode(law: Law, samples: Int16Array, count: number, codes: Uint8Array, offset: number): void {
  const table = encodeTables[law];
  for (let i = 0; i < count; i += 1) codes[offset + i] = table[samples[i]! & 0xffff]!;
}
