import { isCommon } from './common-passwords.ts';

/** What is wrong with a password (guide row 55), and that it is one of those that everybody guesses. */
export type PasswordFault = 'too-short' | 'too-long' | 'no-number' | 'no-upper-case' | 'no-lower-case' | 'too-common';

export const LEAST = 8;
/** Whoever sends a megabyte must not keep us busy with it. */
export const MOST = 128;

/** The same password however a keyboard composes its letters (NIST SP 800-63B §5.1.1.2). */
export const plainPassword = (typed: string): string => typed.normalize('NFKC');

/** Every rule that a password breaks; lengths in characters, letters and numbers of any script. */
export function faultsOf(typed: string): readonly PasswordFault[] {
  const password = plainPassword(typed);
  const length = [...password].length;
  const faults: readonly (readonly [PasswordFault, boolean])[] = [
    ['too-short', length < LEAST],
    ['too-long', length > MOST],
    ['no-number', !/\p{Nd}/u.test(password)],
    ['no-upper-case', !/\p{Lu}/u.test(password)],
    ['no-lower-case', !/\p{Ll}/u.test(password)],
  ];
  const broken = faults.flatMap(([fault, is]) => (is ? [fault] : []));
  // Whoever is asked for more letters is not told beside it that these are common.
  return broken.length === 0 && isCommon(password) ? ['too-common'] : broken;
}
