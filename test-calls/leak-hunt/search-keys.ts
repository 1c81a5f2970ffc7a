import type { Found } from './follower.ts';
import { Follower } from './follower.ts';
import type { KnownDigits } from './secrets.ts';

/** `"key":"4"`, `digit=4`, `DTMF-Digit: 4`, `Signal=4`, `key 4`: a name, and one digit. */
const named = /([A-Za-z][\w-]*)["']?(?:\s*[:=]\s*|\s+)["']?([0-9])(?![\w.:-])/g;

/**
 * Looks through a text for keys that were written one by one, each with the same name: a journal's key events, a log's lines. What else
 * has that name and one digit is between them only when several calls are on the line.
 */
export function searchKeys(text: string, known: KnownDigits, report: (found: Found) => void): void {
  const followers = new Map<string, Follower>();
  for (const match of text.matchAll(named)) {
    const [, name = '', digit = ''] = match;
    let follower = followers.get(name);
    if (!follower) {
      follower = new Follower(known, { form: 'one by one', sparse: true }, report);
      followers.set(name, follower);
    }
    follower.digit(Number(digit), match.index);
  }
  for (const follower of followers.values()) follower.break();
}
