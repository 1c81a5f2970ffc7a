import { randomInt } from 'node:crypto';
import { faultsOf } from './password.ts';

/** How long a password that somebody else made may wait for its holder. Milliseconds. */
export const FIRST_PASSWORD_MS = 72 * 3_600_000;

/** Read aloud and written down: nothing that is taken for something else. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ234679';
const GROUPS = 4;
const OF_A_GROUP = 5;

/** Twenty letters and digits, 113 bits, in groups. It keeps the rules of those that people choose. */
export function newFirstPassword(): string {
  const letter = () => ALPHABET.charAt(randomInt(ALPHABET.length));
  const group = () => Array.from({ length: OF_A_GROUP }, letter).join('');
  for (;;) {
    const password = Array.from({ length: GROUPS }, group).join('-');
    if (faultsOf(password).length === 0) return password;
  }
}
