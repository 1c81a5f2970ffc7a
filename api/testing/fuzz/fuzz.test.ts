import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { afterEach, expect, test } from 'vitest';
import { openApi, type Documented } from '../../openapi.ts';
import { problemOf, read } from '../../problem.ts';
// Its schemas are known by having been loaded.
import '../../resources.ts';
import { fuzzed } from './fuzz.ts';
import { odd } from './values.ts';

/* A fuzzer that finds nothing must be seen to find: faults are put into an operation one at a time. The seed is always the same. */

const wanted = z.strictObject({
  name: z.string().min(1).max(20),
  many: z.int().min(1).max(10).optional(),
  at: z.iso.datetime().optional(),
  password: z.string().min(8).max(40).meta({ format: 'password', writeOnly: true }),
  tags: z.array(z.string().max(10)).max(3).optional(),
});
const told = z.strictObject({ name: z.string(), many: z.int().optional() });
const path = z.strictObject({ id: z.uuid() });
const query = z.strictObject({ language: z.enum(['en', 'es']), limit: z.string().optional() });
const route: Documented = {
  ...{ method: 'POST', path: '/v1/things/:id', summary: 'Makes a thing', door: 'open', idempotent: true },
  ...{ params: path, query, body: wanted, answers: { 200: told }, problems: [409] },
};

interface Seen {
  readonly request: FastifyRequest;
  /** Undefined: it was refused. */
  readonly body: z.output<typeof wanted> | undefined;
}
interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly type?: string;
}
let server: FastifyInstance;
afterEach(() => server.close());

/** What the operation answers when it is as it should be; `fault` answers otherwise where it answers at all. */
async function fuzz(fault: (seen: Seen, good: Answer) => Answer | undefined): Promise<number> {
  let requests = 0;
  server = Fastify({
    bodyLimit: 65_536,
    // A part of the address that is too long, or cannot be read.
    frameworkErrors: (error, _request, reply) => void answerProblem(reply, { statusCode: 400, message: error.message }),
  });
  const answerTo = (request: FastifyRequest): Answer & { body: unknown; seen?: z.output<typeof wanted> } => {
    try {
      read('path', path, request.params);
      read('query', query, request.query);
      const { name, many, ...rest } = read('body', wanted, request.body);
      return { status: 200, body: { name, ...(many !== undefined && { many }) }, seen: { name, many, ...rest } };
    } catch (error) {
      const { status, body } = problemOf(error);
      return { status, body };
    }
  };
  server.setErrorHandler((error, _request, reply) => {
    requests++;
    return answerProblem(reply, error);
  });
  server.get('/openapi.json', () => openApi([route], []));
  server.post(route.path, async (request, reply) => {
    requests++;
    const { seen, ...good } = answerTo(request);
    const { status, body, type } = fault({ request, body: seen }, good) ?? good;
    const usual = status < 400 ? 'application/json' : 'application/problem+json';
    return reply.code(status).type(type ?? usual).send(JSON.stringify(body)); // prettier-ignore
  });
  const known = ['name-of-something', '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c'];
  await fuzzed(
    route,
    { server, known, fields: { id: '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c' } },
    { seed: 7, endOnFailure: true },
  );
  return requests;
}

function answerProblem(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, body } = problemOf(error);
  return reply
    .code(status)
    .type('application/problem+json')
    .send(Buffer.from(JSON.stringify(body)));
}

const crash = (detail = 'crashed'): Answer => problemAnswer(500, detail);
const problemAnswer = (status: number, detail: string): Answer => {
  const title = status === 409 ? 'Conflict' : 'Error';
  return { status, body: { type: 'about:blank', title, status, detail } };
};
const sent = ({ request }: Seen): string => JSON.stringify(request.body) ?? '';

test('an operation that does what it documents is found without fault, also where it was answered with a documented problem', async () => {
  let good = 0;
  expect(await fuzz((_, { status }) => void (good += status === 200 ? 1 : 0))).toBeGreaterThan(120);
  expect(good).toBeGreaterThan(10);
  await server.close();
  await fuzz(({ body }) => (body?.many === 10 ? problemAnswer(409, 'Another has ten.') : undefined));
});

const faults: Record<string, (seen: Seen, good: Answer) => Answer | undefined> = {
  'an error of ours for a good request': ({ body }) => body && crash(),
  'an error of ours for a NUL': (seen) => (sent(seen).includes('\\u0000') ? crash() : undefined),
  'an error of ours for half a character': (seen) => (sent(seen).includes('\\ud800') ? crash() : undefined),
  'an error of ours for what SQL would run': (seen) => (sent(seen).includes('or 1=1') ? crash() : undefined),
  'an error of ours for a field that lacks': ({ request }) =>
    typeof request.body === 'object' && request.body !== null && !('password' in request.body) ? crash() : undefined,
  'an error of ours for a field that has nothing in it': (seen) => (sent(seen).includes(':null') ? crash() : undefined),
  'an error of ours for a field too many': (seen) => (/"(name|password|many|at)2"/.test(sent(seen)) ? crash() : undefined), // prettier-ignore
  'an error of ours just above a bound': (seen) => (sent(seen).includes('"many":11') ? crash() : undefined),
  'an error of ours for a text just too long': (seen) => (/"name":"(a{21}|7{21})"/.test(sent(seen)) ? crash() : undefined), // prettier-ignore
  'an error of ours for a list just too long': (seen) =>
    Array.isArray((seen.request.body as { tags?: unknown } | null)?.tags) &&
    (seen.request.body as { tags: unknown[] }).tags.length > 3
      ? crash()
      : undefined,
  'an error of ours for a document that is deep': (seen) => (sent(seen).includes('[[[[') ? crash() : undefined),
  'an error of ours for a document that is long': (seen) => (sent(seen).length > 50_000 ? crash() : undefined),
  'an error of ours for no content': ({ request }) => (request.body === undefined ? crash() : undefined),
  'an error of ours for a document that is no object': ({ request }) =>
    typeof request.body !== 'object' ? crash() : undefined,
  'an error of ours for a parameter that comes twice': ({ request }) =>
    Object.values(request.query as object).some(Array.isArray) ? crash() : undefined,
  'an error of ours for a parameter that lacks': ({ request }) =>
    'language' in (request.query as object) ? undefined : crash(),
  'an error of ours for a key that is too short': ({ request }) =>
    request.headers['idempotency-key'] === 'short' ? crash() : undefined,
  'an error of ours for a tag that is none': ({ request }) => (request.headers['if-match'] === '"' ? crash() : undefined), // prettier-ignore
  'a status that is not documented': ({ body }) => body && problemAnswer(404, 'There is no such thing.'),
  'the database that is said to be away': ({ body }) => body && problemAnswer(503, 'The database is away; try again.'),
  'an answer with a field more': ({ body }) => body && { status: 200, body: { name: body.name, secret: 1 } },
  'an answer with a field less': ({ body }) => body && { status: 200, body: {} },
  'an answer of another type': ({ body }) => body && { status: 200, body: { name: 7 } },
  'an answer that is no JSON': (_, good) => (good.status === 200 ? { ...good, type: 'text/html' } : undefined),
  'a problem that is none': (_, good) => (good.status === 400 ? { status: 400, body: { error: 'no' } } : undefined),
  'a problem that says another status': (_, good) =>
    good.status === 400 ? { status: 400, body: { ...(good.body as object), status: 422 } } : undefined,
  'a problem that does not say what it is': (_, good) =>
    good.status === 400 ? { ...good, type: 'application/json' } : undefined,
  'a secret that is told back': ({ request }, good) =>
    good.status === 400 ? problemAnswer(400, `Not this: ${JSON.stringify(request.body)}`) : undefined,
};

test.each(Object.entries(faults))('%s is found', async (_, fault) => {
  await expect(fuzz(fault)).rejects.toThrow(
    /^FUZZ_WAY='.*' POST \/v1\/things\/:id: Property failed after \d+ tests\n\{ seed: 7, path: "/,
  );
});

test('a route that is not documented is no route to ask', async () => {
  server = Fastify();
  server.get('/openapi.json', () => openApi([], []));
  await expect(fuzzed(route, { server, known: odd })).rejects.toThrow('POST /v1/things/:id is not in the document.');
});
