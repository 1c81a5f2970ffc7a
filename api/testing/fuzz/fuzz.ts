import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import type { Documented } from '../../openapi.ts';
import { operationOf, readerOf, type ApiDocument, type Operation } from './document.ts';
import { AS_ASKED, requestsOf, secretsIn, sentAs, statusesOfContent, type Parts } from './request.ts';
import type { Meaning } from './values.ts';

/** The house that is asked. */
export interface Asked extends Meaning {
  readonly server: FastifyInstance;
  /** Who asks; looked for before each request, so that whoever was signed out is signed in again. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  /** Before each request: no lock and no limit stands in the way of what is looked for. */
  readonly before?: () => Promise<unknown>;
}

/** Where the same is to be played each time, and what is found is not to be made smaller. */
interface Fixed {
  readonly seed?: number;
  readonly endOnFailure?: true;
}

/** Of each operation: as it asks for them, and spoilt in each way that there is. */
const RUNS = 60;
const SPOILT_RUNS = 2;

/** Requests for each, from the document that the server itself shows. An event stream has no end to wait for. */
export function fuzz(routes: readonly Documented[], house: (route: Documented) => Promise<Asked>): void {
  const ending = routes.filter(({ media }) => media !== 'text/event-stream');
  test.each(ending.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s answers whatever is sent with what it documents, and tells no secret back',
    async (_, route) => fuzzed(route, await house(route)),
  );
}

/**
 * One operation. Throws for what it does not document, for an answer that its schema does not have, for an error of ours, and for a secret that is told
 * back; with what was sent, how it was spoilt, and the seed. `FUZZ_WAY`, `FUZZ_SEED` and `FUZZ_PATH` in the environment play it again, `FUZZ_RUNS` plays more.
 */
export async function fuzzed(route: Documented, house: Asked, fixed: Fixed = {}): Promise<void> {
  const document = (await house.server.inject('/openapi.json')).json<ApiDocument>();
  const operation = operationOf(document, route);
  const judge = judgeOf(document, operation, route);
  const { FUZZ_WAY, FUZZ_SEED, FUZZ_PATH: path, FUZZ_RUNS = RUNS } = process.env;
  const seed = FUZZ_SEED === undefined ? fixed.seed : Number(FUZZ_SEED);
  for (const [way, requests] of requestsOf(document, operation, house)) {
    if (FUZZ_WAY !== undefined && FUZZ_WAY !== way) continue;
    const asks = fc.asyncProperty(requests, async (parts) => {
      await house.before?.();
      const { headers, ...sent } = sentAs(route.path, parts);
      const who = (await house.headers?.()) ?? {};
      const answer = await house.server.inject({ method: route.method, ...sent, headers: { ...headers, ...who } });
      judge(parts, answer);
    });
    const numRuns = way === AS_ASKED ? Number(FUZZ_RUNS) : SPOILT_RUNS;
    const played = { ...fixed, numRuns, ...(seed !== undefined && { seed }), ...(path !== undefined && { path }) };
    await fc.assert(asks, played).catch((error: unknown) => {
      throw new Error(`FUZZ_WAY='${way}' ${route.method} ${route.path}: ${(error as Error).message}`, { cause: error });
    });
  }
}

type Answer = Awaited<ReturnType<FastifyInstance['inject']>>;

function judgeOf(document: ApiDocument, operation: Operation, { problems }: Documented) {
  const read = readerOf(document);
  const { responses, requestBody } = operation;
  const body = requestBody?.content['application/json']?.schema ?? {};
  // 503 is documented of all, for the time that the database is away: here it is not.
  const documented = Object.keys(responses).map(Number);
  const expected = documented.filter((status) => status < 500 || problems.includes(status));
  return ({ path, query, content }: Parts, { statusCode: status, headers, body: told }: Answer): void => {
    const why = `${status} ${told.slice(0, 500)}`;
    expect([...expected, ...statusesOfContent(content)], why).toContain(status);
    const [type = ''] = String(headers['content-type']).split(';');
    if (status >= 400) expect(type, why).toBe('application/problem+json');
    // What HTTP says of the content alone is a problem like any other.
    const schema = (responses[status] ?? responses['400'])?.content[type]?.schema;
    if (!schema) throw new Error(`${type} is no answer that is documented: ${why}`);
    if (type.endsWith('json')) {
      const answer: unknown = JSON.parse(told);
      const { success, error } = read(schema).safeParse(answer);
      if (!success) throw new Error(`${error.message}: ${why}`);
      if (status >= 400) expect(answer, why).toMatchObject({ status });
    }
    const sent = JSON.stringify([path, query, content.value]);
    for (const secret of secretsIn(document, body, content.value).map((one) => JSON.stringify(one).slice(1, -1)))
      // What stands elsewhere in the request as well may be told from there.
      if (sent.split(secret).length === 2) expect(told, 'A secret is told back').not.toContain(secret);
  };
}
