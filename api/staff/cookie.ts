/** Holds the token of a session; read by no script (RFC 6265 §4.1.2.6), sent by no other site's page (SameSite=Strict). */
export const STAFF_COOKIE = 'homeline-staff';
/** Its name by https: the browser takes it from this host alone, by https, for all its paths (RFC 6265bis §4.1.3.2), so no other host puts one in its place. */
export const HOST_COOKIE = `__Host-${STAFF_COOKIE}`;

const nameOf = (secure: boolean): string => (secure ? HOST_COOKIE : STAFF_COOKIE);
const attributes = (secure: boolean): string => `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

/** Until the browser is closed; how long it is good is the session's. `secure`: the request came by https. */
export const cookieOf = (token: string, secure: boolean): string => `${nameOf(secure)}=${token}; ${attributes(secure)}`;

export const noCookie = (secure: boolean): string => `${nameOf(secure)}=; Max-Age=0; ${attributes(secure)}`;

/** What a request shows (RFC 6265 §5.4). Undefined: nothing; or two, one of which another host of the domain has put there. */
export function tokenIn(header: string | undefined, secure: boolean): string | undefined {
  const shown = (header ?? '').split(';').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    return name.trim() === nameOf(secure) ? [value.join('=').trim()] : [];
  });
  const [token] = shown;
  return shown.length === 1 && token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined;
}
