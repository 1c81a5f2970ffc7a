import type { Found } from './follower.ts';
import { Follower } from './follower.ts';
import type { KnownDigits } from './secrets.ts';

const isDigit = (byte: number | undefined): byte is number => byte !== undefined && byte >= 48 && byte <= 57;

/** What may stand between the digits of a number: spaces, dashes, commas and quotes of a list, the zeros of UTF-16 and UTF-32. */
const between = new Uint8Array(256);
for (const character of ' -.,_/:;\'"[]()\n\r\t\0') between[character.charCodeAt(0)] = 1;
/** More of it ends a number: what is indented is farther apart than anything typed. */
const MOST_BETWEEN = 12;

/**
 * Looks through bytes for parts of secrets: as text (also with something between the digits, UTF-16, or a list in JSON), as hexadecimal or
 * base64 of text, as bytes of the digits' values, and as packed decimal. Positions are from `offset` on.
 */
export function searchBytes(bytes: Uint8Array, known: KnownDigits, report: (found: Found) => void, offset = 0): void {
  for (const [from, to] of written(bytes)) {
    const part = bytes.subarray(from, to);
    const at = offset + from;
    asText(part, new Follower(known, { form: 'text' }, report), at);
    asHex(part, known, report, at);
    asBase64(part, known, report, at);
    asValues(part, new Follower(known, { form: 'bytes' }, certain(report)), at);
    asPacked(part, new Follower(known, { form: 'packed', stride: 0.5 }, certain(report)), at);
  }
}

const PAGE = 4_096;
const nothing = Buffer.alloc(PAGE);

/** From where to where something is written: most of a memory and of a database's file are zeros. */
function* written(bytes: Uint8Array): Generator<[from: number, to: number]> {
  let from: number | undefined;
  for (let at = 0; at < bytes.length; at += PAGE) {
    const page = bytes.subarray(at, at + PAGE);
    const empty = nothing.compare(page, 0, page.length, 0, page.length) === 0;
    if (!empty) from ??= at;
    else if (from !== undefined) {
      yield [from, at];
      from = undefined;
    }
  }
  if (from !== undefined) yield [from, bytes.length];
}

/** Only what is in nothing by chance: most bytes of a file are no digits at all. */
const certain =
  (report: (found: Found) => void) =>
  (found: Found): void => {
    if (found.count >= 12) report(found);
  };

function asText(bytes: Uint8Array, follower: Follower, offset: number): void {
  let apart = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte >= 48 && byte <= 57) {
      apart = 0;
      follower.digit(byte - 48, offset + at);
    } else if (between[byte] === 0 || ++apart > MOST_BETWEEN) follower.break();
  }
  follower.break();
}

/** "34393137": every second character is a 3. */
function asHex(bytes: Uint8Array, known: KnownDigits, report: (found: Found) => void, offset: number): void {
  const followers = [0, 1].map(() => new Follower(known, { form: 'hex', stride: 2 }, report));
  for (let at = 0; at + 1 < bytes.length; at++) {
    const follower = followers[at & 1]!;
    const low = bytes[at + 1];
    if (bytes[at] === 51 && isDigit(low)) follower.digit(low - 48, offset + at);
    else follower.break();
  }
  for (const follower of followers) follower.break();
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const sextet = new Int8Array(256).fill(-1);
[...alphabet].forEach((character, value) => (sextet[character.charCodeAt(0)] = value));
[...'-_'].forEach((character, nth) => (sextet[character.charCodeAt(0)] = 62 + nth));

/** Three digits are four characters, the first of which is M, N or O; what was before them shifts them by one or two. */
function asBase64(bytes: Uint8Array, known: KnownDigits, report: (found: Found) => void, offset: number): void {
  const followers = Array.from({ length: 4 }, () => new Follower(known, { form: 'base64', stride: 4 / 3 }, report));
  for (let at = 0; at + 3 < bytes.length; at++) {
    const first = sextet[bytes[at]!]!;
    const follower = followers[at & 3]!;
    if (first < 12 || first > 14) {
      follower.break();
      continue;
    }
    const [second, third, fourth] = [sextet[bytes[at + 1]!]!, sextet[bytes[at + 2]!]!, sextet[bytes[at + 3]!]!];
    const word = (first << 18) | (second << 12) | (third << 6) | fourth;
    const three = [word >> 16, (word >> 8) & 255, word & 255];
    if (second >= 0 && third >= 0 && fourth >= 0 && three.every(isDigit))
      three.forEach((code, nth) => follower.digit(code - 48, offset + at + (nth * 4) / 3));
    else follower.break();
  }
  for (const follower of followers) follower.break();
}

/** So many zeros in a row are nothing that was typed; what is no text is full of them. */
const MOST_ZEROS = 3;

function asValues(bytes: Uint8Array, follower: Follower, offset: number): void {
  let zeros = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (byte <= 9 && zeros <= MOST_ZEROS) follower.digit(byte, offset + at);
    else follower.break();
  }
  follower.break();
}

/** Two digits in a byte. */
function asPacked(bytes: Uint8Array, follower: Follower, offset: number): void {
  let zeros = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    zeros = byte === 0 ? zeros + 2 : 0;
    if (byte >> 4 <= 9 && (byte & 15) <= 9 && zeros <= MOST_ZEROS) {
      follower.digit(byte >> 4, offset + at);
      follower.digit(byte & 15, offset + at + 0.5);
    } else follower.break();
  }
  follower.break();
}
