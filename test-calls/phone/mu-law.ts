import { decode, encode } from '#media/audio/g711.ts';

const codes = Uint8Array.from({ length: 256 }, (_, code) => code);
const fromA = new Int16Array(256);
decode('PCMA', codes, 0, 256, fromA);

/** Linear value of each mu-law byte. */
export const toLinear = new Int16Array(256);
decode('PCMU', codes, 0, 256, toLinear);

/** Mu-law byte of each A-law byte. */
export const fromAlaw = new Uint8Array(256);
encode('PCMU', fromA, 256, fromAlaw, 0);
