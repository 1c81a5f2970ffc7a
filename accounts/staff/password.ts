import { faultsOf as faultsOfFamilies, plainPassword, type PasswordFault } from '../identity/password.ts';

export { plainPassword, type PasswordFault } from '../identity/password.ts';

/** Staff see everybody's calls: longer than a family's. Characters. */
export const LEAST = 12;

/** Of another password of one's own, also that it is none. */
export type OwnPasswordFault = PasswordFault | 'same-as-before';

/** Every rule that a password of staff breaks. */
export function faultsOf(typed: string): readonly PasswordFault[] {
  const others = faultsOfFamilies(typed).filter((fault) => fault !== 'too-short');
  return [...plainPassword(typed)].length < LEAST ? ['too-short', ...others] : others;
}
