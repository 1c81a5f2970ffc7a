import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { problem } from '../resources.ts';
import { apiServer } from '../server.ts';
import { auditRoutes } from './audit.ts';
import { STAFF_COOKIE } from './cookie.ts';
import { meRoutes } from './me.ts';
import { memberRoutes } from './members.ts';
import { ownRoutes } from './own.ts';
import type { StaffRoute } from './route.ts';
import { sessionRoutes, signInRoute } from './sessions.ts';
import { StaffedHouse, type TestConsole } from './testing.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

let database: TestDatabase;
let server: FastifyInstance;
let house: StaffedHouse;
let victim = '';
let console: TestConsole;
beforeAll(async () => {
  database = await startTestDatabase();
  house = new StaffedHouse(database.db);
  server = apiServer({
    ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok', staff: await house.deps() },
    metrics: { contentType: 'text/plain', metrics: async () => '' },
  });
  house.server = server;
  victim = await house.hire('victim');
  ({ console } = await house.signedIn('boss', { role: 'administrator' }));
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

/** What a database, a hash, a header or a cookie may stumble over. */
const odd = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e',
  '💥'.repeat(40),
  "' or 1=1 --",
  '%00',
  '{}',
  '12345６',
  '../..',
  '-1',
];
const text = fc.oneof(
  fc.constantFrom(...odd, 'victim', 'boss', 'Correct-Horse-7', '123456', 'valley-view', 'staff', 'MQ', 'en'),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** Mostly what the schema asks for, sometimes anything. */
function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const asked = (): fc.Arbitrary<unknown> => {
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.type === 'string') return schema.format === 'uuid' ? fc.oneof(fc.uuid(), text) : text;
    if (schema.type === 'boolean') return fc.boolean();
    if (schema.type === 'array') return fc.array(valueOf(schema.items ?? {}), { maxLength: 4 });
    const properties = Object.entries(schema.properties ?? {}).map(([name, one]) => [name, valueOf(one)]);
    return fc.record(Object.fromEntries(properties) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
  };
  return fc.oneof({ weight: 20, arbitrary: asked() }, { weight: 1, arbitrary: fc.anything({ maxDepth: 1 }) });
}
const arbitraryOf = (schema: z.ZodType | undefined) =>
  schema ? valueOf(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema) : fc.constant(undefined);
const wordOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
const queryOf = (sent: unknown): string => {
  const pairs = typeof sent === 'object' && sent !== null ? Object.entries(sent) : [];
  return new URLSearchParams(pairs.map(([name, value]) => [name, wordOf(value)] as [string, string])).toString();
};

type Fuzzed = Pick<StaffRoute, 'method' | 'path' | 'query' | 'body' | 'answers' | 'problems'>;
const own: readonly Fuzzed[] = [...meRoutes, ...ownRoutes, ...auditRoutes, ...memberRoutes, signInRoute];

test.each(own)(
  '$method $path answers whatever is sent with an answer or a problem that it documents',
  async ({ method, path, query, body, answers, problems }) => {
    const documents = fc.tuple(arbitraryOf(query), arbitraryOf(body), fc.boolean());
    await fc.assert(
      fc.asyncProperty(documents, async ([asked, sent, known]) => {
        // No lock, no limit and no change of before stands in the way of what is looked for.
        await database.db.deleteFrom('rateWindow').execute();
        await database.db.deleteFrom('identityGuess').execute();
        const id = known ? victim : '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c';
        const url = `${path.replace(':id', id)}?${queryOf(asked)}`;
        const payload = sent === undefined ? undefined : (JSON.stringify(sent) ?? 'null');
        const answer = await console.ask(method, url, payload, { 'content-type': 'application/json' });
        const { statusCode: status } = answer;
        if (answers[status]) answers[status].parse(answer.json());
        else expect([400, ...problems]).toContain(problem.parse(answer.json()).status);
      }),
      { numRuns: 40 },
    );
  },
);

test('whatever cookie is shown but the one that was given out opens nothing, and no header makes it do so', async () => {
  await console.signIn('boss');
  const { token } = console;
  const changed = fc.oneof(
    fc.string({ unit: 'binary-ascii', maxLength: 80 }),
    fc.string({ unit: fc.constantFrom(...'abcXYZ059_-'), minLength: 43, maxLength: 43 }),
    fc
      .tuple(fc.nat(42), fc.constantFrom(...'abcXYZ059_-'))
      .map(([at, one]) => token.slice(0, at) + one + token.slice(at + 1)),
    fc.nat(43).map((length) => token.slice(0, length)),
  );
  const name = fc.constantFrom(STAFF_COOKIE, STAFF_COOKIE.toUpperCase(), ` ${STAFF_COOKIE}`, `${STAFF_COOKIE} `);
  const all = [...own, ...sessionRoutes].filter((route) => route !== signInRoute);
  const shown = fc.tuple(
    fc.constantFrom(...all),
    name,
    changed.filter((one) => one !== token),
  );
  await fc.assert(
    fc.asyncProperty(shown, async ([{ method, path }, cookie, value]) => {
      const headers = { cookie: `${cookie}=${value}`.replace(/[\r\n]/g, ''), authorization: `Bearer ${token}` };
      if (headers.cookie.includes(token)) return;
      const answer = await server.inject({ method, url: path.replace(':id', victim), headers });
      expect(problem.parse(answer.json())).toMatchObject({ status: 401 });
    }),
    { numRuns: 300 },
  );
});
