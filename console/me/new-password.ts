export interface TypedPasswords {
  readonly current: string;
  readonly newPassword: string;
  readonly again: string;
  /** Of whom one is asked. */
  readonly code?: string;
}

/** Which of the words says what is missing. */
export type MissingPassword = 'needAll' | 'differ';

/** What the page itself sees missing; whether a password is good the server says. Undefined: nothing. */
export function missingOf({ current, newPassword, again, code }: TypedPasswords): MissingPassword | undefined {
  if ([current, newPassword, again, code].includes('')) return 'needAll';
  return newPassword === again ? undefined : 'differ';
}
