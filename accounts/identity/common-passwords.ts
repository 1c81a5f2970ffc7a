import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Read when the first password is looked at. */
let known: ReadonlySet<string> | undefined;
const common = (): ReadonlySet<string> =>
  (known ??= new Set(
    readFileSync(join(import.meta.dirname, 'common-passwords.txt'), 'utf8')
      .trim()
      .split('\n'),
  ));

/** What is written before or after a word to keep the rules: `Password` becomes `Password2026!`. */
const AROUND = /^[\P{L}]+|[\P{L}]+$/gu;

/**
 * Whether a password is one of those that are tried first (NIST SP 800-63B §5.1.1.2, OWASP ASVS 6.2.4): as it stands in a list of the commonest, in
 * whatever case, or a word of it with numbers and signs around.
 */
export function isCommon(password: string): boolean {
  const folded = password.toLowerCase();
  const word = folded.replace(AROUND, '');
  return common().has(folded) || (word !== '' && common().has(word));
}
