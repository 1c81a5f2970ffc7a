/**
 * ITU-T G.722 (09/2012) at 64 kbit/s: 16 kHz split into two bands by a quadrature mirror filter, each coded by adaptive differences, 6 bits of
 * every byte for the lower band and 2 for the higher. Names in capitals are the blocks of the Recommendation (§5.2, §6.2).
 */

const QMF = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];
const HISTORY = 24;

/** Table 11 and its kin: levels of the inverse quantisers, adaptation, and decision levels. */
// prettier-ignore
const QM6 = [
  -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
  -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
  24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
  4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
];
// prettier-ignore
const QM4 = [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
const QM2 = [-7408, -1616, 7408, 1616];
// prettier-ignore
const Q6 = [
  0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
  786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
];
// prettier-ignore
const ILN = [
  0, 63, 62, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4,
];
// prettier-ignore
const ILP = [
  0, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40, 39, 38, 37, 36, 35, 34, 33, 32,
];
const IHN = [0, 1, 0];
const IHP = [0, 3, 2];
const WL = [-60, -30, 58, 172, 334, 538, 1198, 3042];
const RL42 = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
const WH = [0, -214, 798];
const RH2 = [2, 1, 2, 1];
// prettier-ignore
const ILB = [
  2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
  2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
const HIGH_DECISION = 564;

const saturate = (value: number): number => (value > 32767 ? 32767 : value < -32768 ? -32768 : value);

/** One band: its step size and its predictor of two poles and six zeros. */
class Band {
  /** The prediction. */
  s = 0;
  det: number;
  #sz = 0;
  #nb = 0;
  readonly #r = new Int32Array(3);
  readonly #a = new Int32Array(3);
  readonly #p = new Int32Array(3);
  readonly #d = new Int32Array(7);
  readonly #b = new Int32Array(7);

  constructor(det: number) {
    this.det = det;
  }

  /** LOGSCL/SCALEL, LOGSCH/SCALEH: a new step size. */
  adapt(weight: number, most: number, shift: number): void {
    this.#nb = Math.max(0, Math.min(most, ((this.#nb * 127) >> 7) + weight));
    const mantissa = ILB[(this.#nb >> 6) & 31]!;
    const exponent = shift - (this.#nb >> 11);
    this.det = (exponent < 0 ? mantissa << -exponent : mantissa >> exponent) << 2;
  }

  /** Block 4: the predictor follows the quantised difference. */
  update(difference: number): void {
    this.#d[0] = difference;
    this.#r[0] = saturate(this.s + difference);
    this.#p[0] = saturate(this.#sz + difference);
    this.#adaptPoles();
    this.#adaptZeros(difference);
    this.#r.copyWithin(1, 0, 2);
    this.#p.copyWithin(1, 0, 2);
    this.#predict();
  }

  /** UPPOL2, UPPOL1. */
  #adaptPoles(): void {
    const [a, p] = [this.#a, this.#p];
    const [p0, p1, p2] = [p[0]! >> 15, p[1]! >> 15, p[2]! >> 15];
    const quadruple = saturate(a[1]! << 2);
    const signed = Math.min(32767, p0 === p1 ? -quadruple : quadruple);
    const second = (p0 === p2 ? 128 : -128) + (signed >> 7) + ((a[2]! * 32512) >> 15);
    a[2] = Math.max(-12288, Math.min(12288, second));
    const limit = saturate(15360 - a[2]);
    const first = saturate((p0 === p1 ? 192 : -192) + ((a[1]! * 32640) >> 15));
    a[1] = Math.max(-limit, Math.min(limit, first));
  }

  /** UPZERO and DELAYA. */
  #adaptZeros(difference: number): void {
    const [b, d] = [this.#b, this.#d];
    const step = difference === 0 ? 0 : 128;
    const sign = difference >> 15;
    for (let i = 1; i <= 6; i += 1) b[i] = saturate((d[i]! >> 15 === sign ? step : -step) + ((b[i]! * 32640) >> 15));
    d.copyWithin(1, 0, 6);
  }

  /** FILTEP, FILTEZ, PREDIC. */
  #predict(): void {
    const [a, r, b, d] = [this.#a, this.#r, this.#b, this.#d];
    const poles = saturate(((a[1]! * saturate(r[1]! * 2)) >> 15) + ((a[2]! * saturate(r[2]! * 2)) >> 15));
    let zeros = 0;
    for (let i = 6; i >= 1; i -= 1) zeros += (b[i]! * saturate(d[i]! * 2)) >> 15;
    this.#sz = saturate(zeros);
    this.s = saturate(poles + this.#sz);
  }
}

const adaptLow = (band: Band, code4: number): void => band.adapt(WL[RL42[code4]!]!, 18432, 8);
const adaptHigh = (band: Band, code2: number): void => band.adapt(WH[RH2[code2]!]!, 22528, 10);

const limit15 = (value: number): number => Math.max(-16384, Math.min(16383, value));

/** Bytes to 16 kHz samples. */
export class G722Decoder {
  readonly #low = new Band(32);
  readonly #high = new Band(8);
  readonly #x = new Int32Array(HISTORY);

  /** Decodes `count` bytes from `offset` into twice as many samples. */
  decode(bytes: Uint8Array, offset: number, count: number, samples: Int16Array): void {
    for (let i = 0; i < count; i += 1) this.#one(bytes[offset + i]!, samples, 2 * i);
  }

  #one(byte: number, samples: Int16Array, at: number): void {
    const [low, high] = [this.#low, this.#high];
    const code6 = byte & 0x3f;
    const code4 = code6 >> 2;
    const rLow = limit15(low.s + ((low.det * QM6[code6]!) >> 15));
    const dLow = (low.det * QM4[code4]!) >> 15;
    adaptLow(low, code4);
    low.update(dLow);
    const code2 = byte >> 6;
    const dHigh = (high.det * QM2[code2]!) >> 15;
    const rHigh = limit15(high.s + dHigh);
    adaptHigh(high, code2);
    high.update(dHigh);
    const x = this.#x;
    x.copyWithin(0, 2);
    x[22] = rLow + rHigh;
    x[23] = rLow - rHigh;
    let [first, second] = [0, 0];
    for (let i = 0; i < 12; i += 1) {
      second += x[2 * i]! * QMF[i]!;
      first += x[2 * i + 1]! * QMF[11 - i]!;
    }
    samples[at] = saturate(first >> 11);
    samples[at + 1] = saturate(second >> 11);
  }
}

/** 16 kHz samples to bytes. */
export class G722Encoder {
  readonly #low = new Band(32);
  readonly #high = new Band(8);
  readonly #x = new Int32Array(HISTORY);

  /** Encodes twice `count` samples into so many bytes from `offset`. */
  encode(samples: Int16Array, count: number, bytes: Uint8Array, offset: number): void {
    for (let i = 0; i < count; i += 1) bytes[offset + i] = this.#one(samples[2 * i]!, samples[2 * i + 1]!);
  }

  #one(first: number, second: number): number {
    const x = this.#x;
    x.copyWithin(0, 2);
    x[22] = first;
    x[23] = second;
    let [odd, even] = [0, 0];
    for (let i = 0; i < 12; i += 1) {
      odd += x[2 * i]! * QMF[i]!;
      even += x[2 * i + 1]! * QMF[11 - i]!;
    }
    return (this.#codeHigh((even - odd) >> 14) << 6) | this.#codeLow((even + odd) >> 14);
  }

  #codeLow(sample: number): number {
    const low = this.#low;
    const error = saturate(sample - low.s);
    const magnitude = error >= 0 ? error : -(error + 1);
    let level = 1;
    while (level < 30 && magnitude >= (Q6[level]! * low.det) >> 12) level += 1;
    const code = error < 0 ? ILN[level]! : ILP[level]!;
    const difference = (low.det * QM4[code >> 2]!) >> 15;
    adaptLow(low, code >> 2);
    low.update(difference);
    return code;
  }

  #codeHigh(sample: number): number {
    const high = this.#high;
    const error = saturate(sample - high.s);
    const magnitude = error >= 0 ? error : -(error + 1);
    const level = magnitude >= (HIGH_DECISION * high.det) >> 12 ? 2 : 1;
    const code = error < 0 ? IHN[level]! : IHP[level]!;
    const difference = (high.det * QM2[code]!) >> 15;
    adaptHigh(high, code);
    high.update(difference);
    return code;
  }
}
