import { luhn } from '#accounts/cards/card-number.ts';

export type SecretKind = 'card number' | 'rest of a card' | 'passcode and code' | 'PIN';

/** Digits that somebody typed and that must be nowhere: at least seven, as they follow each other on the telephone. */
export interface Secret {
  readonly kind: SecretKind;
  readonly digits: string;
}

/** Numbers below 2^32 that look random and are the same for the same seed (xorshift). */
export function chances(seed: number): (below: number) => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

/** A Visa or Mastercard number that no bank issued and that the sandbox takes. */
export function drawCardNumber(chance: (below: number) => number): string {
  const issuer = chance(2) === 0 ? '4' : `5${1 + chance(5)}`;
  const body = issuer + Array.from({ length: 15 - issuer.length }, () => chance(10)).join('');
  for (let check = 0; check < 10; check++) if (luhn(`${body}${check}`)) return `${body}${check}`;
  throw new Error('no digit makes a card number of it');
}

export const drawDigits = (chance: (below: number) => number, count: number): string =>
  Array.from({ length: count }, () => chance(10)).join('');

/** Characters so many of which would be a part of a secret: the last four of a card may be known. */
export const WINDOW = 7;

interface Place {
  readonly secret: Secret;
  /** As it was typed, or from its end. */
  readonly digits: string;
  readonly reversed: boolean;
  readonly at: number;
}

/** Where seven digits in a row stand in the secrets, forwards and backwards. */
export class KnownDigits {
  readonly #places = new Map<number, Place[]>();
  /** One bit for each seven digits there are: most are in no secret. */
  readonly #bits = new Uint8Array(10 ** WINDOW / 8);

  constructor(secrets: readonly Secret[]) {
    for (const secret of secrets)
      for (const reversed of [false, true]) {
        const digits = reversed ? [...secret.digits].reverse().join('') : secret.digits;
        for (let at = 0; at + WINDOW <= digits.length; at++) this.#add({ secret, digits, reversed, at });
      }
  }

  #add(place: Place): void {
    const window = Number(place.digits.slice(place.at, place.at + WINDOW));
    this.#bits[window >> 3]! |= 1 << (window & 7);
    this.#places.set(window, [...(this.#places.get(window) ?? []), place]);
  }

  /** @param window seven digits as a number. */
  has(window: number): boolean {
    return (this.#bits[window >> 3]! & (1 << (window & 7))) !== 0;
  }

  at(window: number): readonly Place[] {
    return this.#places.get(window) ?? [];
  }
}
