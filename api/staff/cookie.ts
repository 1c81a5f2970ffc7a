/** Holds the token of a session; read by no script (RFC 6265 §4.1.2.6), sent by no other site's page (SameSite=Strict). */
export const STAFF_COOKIE = 'homeline-staff';

const attributes = (secure: boolean): string => `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

/** Until the browser is closed; how long it is good is the session's. */
export const cookieOf = (token: string, secure: boolean): string => `${STAFF_COOKIE}=${token}; ${attributes(secure)}`;

export const noCookie = (secure: boolean): string => `${STAFF_COOKIE}=; Max-Age=0; ${attributes(secure)}`;

/** What a request shows (RFC 6265 §5.4). Undefined: nothing; or two, one of which another host of the domain has put there. */
export function tokenIn(header: string | undefined): string | undefined {
  const shown = (header ?? '').split(';').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    return name.trim() === STAFF_COOKIE ? [value.join('=').trim()] : [];
  });
  const [token] = shown;
  return shown.length === 1 && token !== undefined && /^[\w-]{43}$/.test(token) ? token : undefined;
}
