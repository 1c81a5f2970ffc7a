import type { IncomingHttpHeaders } from 'node:http';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request may have come from a page of our own. What a browser says of it (Fetch Metadata, `Sec-Fetch-Site`) counts first; one that does not
 * say so tells an `Origin` with whatever changes something (Fetch §3.2); who tells neither is no browser. `host`: ours, as it was asked for.
 */
export function isOurs(method: string, headers: IncomingHttpHeaders, host: string): boolean {
  const site = headers['sec-fetch-site'];
  const safe = SAFE.has(method);
  // 'none': somebody typed the address.
  if (site !== undefined) return site === 'same-origin' || (safe && site === 'none');
  if (safe || headers.origin === undefined) return true;
  return URL.canParse(headers.origin) && new URL(headers.origin).host === host.toLowerCase();
}
