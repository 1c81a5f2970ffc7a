import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, type BlockList, type LookupFunction } from 'node:net';
import { mayReach } from './networks.ts';

export interface Letter {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface PostOptions {
  /** Networks that are not public and may be reached all the same. */
  readonly allowed: BlockList;
  /** For everything together: name, connection, TLS, sending, the status line. */
  readonly timeoutMs: number;
  /** Aborted: the process cannot wait any longer. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

export type Posted =
  { readonly kind: 'answered'; readonly status: number } | { readonly kind: 'failed'; readonly why: string };

const failed = (why: string): Posted => ({ kind: 'failed', why });

const resolveAll = async (host: string): Promise<readonly string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Posts to a URL that somebody else has chosen: its name is looked up once, every address of it must be one that may be reached, and the connection goes to
 * one that was looked at, whatever the name says a moment later. No redirect is followed, and of the answer nothing but its status is read. Throws nothing.
 */
export async function post({ url, headers, body }: Letter, options: PostOptions): Promise<Posted> {
  const { allowed, timeoutMs, signal, resolve = resolveAll } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  const over = signal ? AbortSignal.any([timeout, signal]) : timeout;
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const found = isIP(host) ? [host] : await within(over, resolve(host)).catch(() => undefined);
  if (!found || found.length === 0) return failed(over.aborted ? reasonOf(timeout) : 'unknown-host');
  if (!found.every((address) => mayReach(address, allowed))) return failed('address-not-allowed');
  return new Promise<Posted>((done) => {
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(target, {
      ...{ method: 'POST', agent: false, signal: over, lookup: lookupOf(found) },
      headers: { ...headers, 'content-length': String(body.length) },
    } satisfies RequestOptions);
    request.once('response', (response) => {
      // Whatever it says, and however long it goes on saying it.
      response.once('error', () => undefined).destroy();
      done({ kind: 'answered', status: response.statusCode ?? 0 });
    });
    request.once('error', (error) => done(failed(over.aborted ? reasonOf(timeout) : wordOf(error))));
    // An error that follows the answer, which has been heard.
    request.on('error', () => undefined);
    request.end(body);
  });
}

const reasonOf = (timeout: AbortSignal): string => (timeout.aborted ? 'timeout' : 'interrupted');

/** What went wrong, in a word that has nothing of what was sent: ECONNREFUSED, CERT_HAS_EXPIRED. */
const wordOf = (error: Error & { readonly code?: unknown }): string =>
  typeof error.code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(error.code) ? error.code.toLowerCase() : 'broken-off';

/** Knows no other addresses than those that were looked at. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all }, done) => {
    const [first] = known;
    if (all) return done(null, known);
    return done(null, first?.address ?? '', first?.family ?? 0);
  };
}

async function within<T>(over: AbortSignal, work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, refuse) => {
      if (over.aborted) refuse(over.reason);
      over.addEventListener('abort', () => refuse(over.reason), { once: true });
    }),
  ]);
}
