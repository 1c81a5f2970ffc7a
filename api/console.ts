import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ConsoleBundle, ConsoleFile } from './console-bundle.ts';
import { Problem } from './problem.ts';

/**
 * Nothing but what we sent runs, nobody frames it, and it reaches us alone, and the servers that are named (CSP Level 3).
 * `reaches`: addresses, of which the origin counts.
 */
const policyOf = (reaches: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    ["connect-src 'self'", ...reaches.map(originOf)].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

/** Of an address of WebSocket as well, which `URL` gives none of. */
function originOf(address: string): string {
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}`;
}

const headersOf = (reaches: readonly string[]) => ({
  'content-security-policy': policyOf(reaches),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(self)',
});

const FOREVER = 'public, max-age=31536000, immutable';

/** Serves the agents' page at `/console/`: its files, and for every address of the page the page. It is bundled when it is first asked for. */
export async function consolePage(
  server: FastifyInstance,
  {
    bundle,
    reaches = [],
  }: {
    readonly bundle: () => Promise<ConsoleBundle>;
    /** What the page reaches besides: `wss://phone.example.com`. */
    readonly reaches?: readonly string[];
  },
): Promise<void> {
  const headers = headersOf(reaches);
  let made: Promise<ConsoleBundle> | undefined;
  const files = (): Promise<ConsoleBundle> =>
    (made ??= bundle().catch((error: unknown) => {
      // The next who asks tries again.
      made = undefined;
      throw error;
    }));
  server.get('/console', (_request, reply) => reply.redirect('/console/', 308));
  server.get('/console/*', async (request, reply) => {
    const { '*': name } = request.params as { '*': string };
    const all = await files();
    const file = all.get(name) ?? (isFileName(name) ? undefined : all.get(''));
    if (!file) throw new Problem(404, 'There is no such file; load the page anew.');
    return send(request, reply.headers(headers), file);
  });
}

/** Files have an extension; addresses of the page have none. */
const isFileName = (name: string): boolean => /\.[a-z0-9]+$/i.test(name);

function send(request: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  const encoding = encodingOf(request.headers['accept-encoding']);
  const etag = `"${file.hash}${encoding === 'identity' ? '' : `-${encoding}`}"`;
  reply.headers({
    etag,
    vary: 'accept-encoding',
    'cache-control': file.immutable ? FOREVER : 'no-cache',
  });
  // RFC 9110 §13.1.2: any of them, and weak comparison.
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return reply.code(304).send();
  if (encoding !== 'identity') reply.header('content-encoding', encoding);
  return reply.type(file.type).send(encoding === 'identity' ? file.plain : file[encoding]);
}

/** The best that the reader takes (RFC 9110 §12.5.3); what has `q=0` it does not. */
export function encodingOf(accepted: string | string[] | undefined): 'br' | 'gzip' | 'identity' {
  const taken = String(accepted ?? '')
    .split(',')
    .map((one) =>
      one
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/),
    )
    .filter(([, weight = 'q=1']) => !/^q=0(\.0*)?$/.test(weight))
    .map(([name]) => name);
  return taken.includes('br') ? 'br' : taken.includes('gzip') ? 'gzip' : 'identity';
}
