import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

export interface ConventionOptions {
  /** Web pages of these origins may ask what families ask: https://home.example.com */
  readonly origins: readonly string[];
}

/** What a page of another origin may send, and read of an answer. */
const SENT = 'authorization, content-type, idempotency-key, if-match';
const READ = 'content-disposition, etag, ratelimit, ratelimit-policy, retry-after, x-request-id';
const METHODS = 'GET, POST, PUT, DELETE';
/** How long a browser may keep what it was told of another origin: two hours is the most that any does. Seconds. */
const KEPT_S = 7_200;
/** What somebody opens by its address is kept as a file, never shown as a page (OWASP ASVS 4.0.3 V14.4.2). */
const ATTACHED = 'attachment; filename="api.json"';
/** Two years (hstspreload.org). Seconds. */
const HTTPS_S = 63_072_000;

/** Nothing of an answer is run, framed, guessed at or told to others. A page that needs more says so in a header of its own, which then counts. */
const safe = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** A name for each request, in the answer and in every line of the log about it. */
export const requestName = { genReqId: () => randomUUID(), requestIdHeader: false } as const;

/** What every answer says, whoever gives it: who may read, keep and show it. */
export function keepConventions(server: FastifyInstance, { origins }: ConventionOptions): void {
  const allowed = new Set(origins);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...safe, 'x-request-id': request.id });
    if (request.protocol === 'https')
      reply.header('strict-transport-security', `max-age=${HTTPS_S}; includeSubDomains`);
    if (!request.url.startsWith('/v1/')) return;
    reply.headers({ 'cache-control': 'no-store', 'content-disposition': ATTACHED });
    if (isOfFamilies(request.url)) answerOrigin(request, reply, allowed);
    if (isPreflight(request)) return reply.code(204).send();
  });
}

/** What staff ask is asked by pages of our own origin alone. */
const isOfFamilies = (url: string): boolean => !url.startsWith('/v1/staff/');

const isPreflight = ({ method, headers }: FastifyRequest): boolean =>
  method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;

/** The protocol of Fetch, §3.2: only origins that were named, exactly; and never cookies. */
function answerOrigin(request: FastifyRequest, reply: FastifyReply, allowed: ReadonlySet<string>): void {
  reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !allowed.has(origin)) return;
  reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': READ });
  if (isPreflight(request))
    reply.headers({
      ...{ 'access-control-allow-methods': METHODS, 'access-control-allow-headers': SENT },
      'access-control-max-age': String(KEPT_S),
    });
}
