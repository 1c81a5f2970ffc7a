import type { Random } from './random.ts';

const awkward = '\0\r\n\t "\',;:<>=@[]{}()%\\/|#!-+.~\x7f\x80\xc3\xff0129';

/** Octets put in, taken out, turned over or said again, so many times as `most` at most. */
export function scramble(bytes: Buffer, random: Random, most = 4): Buffer {
  let spoilt = bytes;
  for (let n = random.between(1, most); n > 0 && spoilt.length > 0; n--) {
    const at = random.below(spoilt.length);
    const [before, after] = [spoilt.subarray(0, at), spoilt.subarray(at)];
    switch (random.below(6)) {
      case 0:
        spoilt = Buffer.concat([before, after.subarray(random.between(1, 20))]);
        break;
      case 1:
        spoilt = Buffer.concat([before, random.bytes(random.between(1, 8)), after]);
        break;
      case 2:
        spoilt = Buffer.from(spoilt);
        spoilt[at]! ^= 1 << random.below(8);
        break;
      case 3: {
        const one = random.pick([...awkward]).repeat(random.between(1, 40));
        spoilt = Buffer.concat([before, Buffer.from(one, 'latin1'), after]);
        break;
      }
      case 4:
        spoilt = Buffer.concat([before, after.subarray(0, random.between(1, 200)), after]);
        break;
      default:
        spoilt = before;
    }
  }
  return spoilt;
}

/** One of these, spoilt; two of them in one; or, now and then, nothing but noise. */
export function scrambled(random: Random, likes: readonly Buffer[]): Buffer {
  if (random.chance(0.05)) return random.bytes(random.below(300));
  const one = random.pick(likes);
  if (random.chance(0.1)) return Buffer.concat([one.subarray(0, random.below(one.length)), random.pick(likes)]);
  return random.chance(0.05) ? one : scramble(one, random);
}
