/** How a username is found, whatever its case. Undefined: it is none. */
export function usernameKeyOf(typed: string): string | undefined {
  const key = typed.trim().normalize('NFKC').toLowerCase();
  return /^[a-z0-9][a-z0-9._-]{1,63}$/.test(key) ? key : undefined;
}
