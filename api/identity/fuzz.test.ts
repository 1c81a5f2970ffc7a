import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { Home } from '#accounts/identity/testing/home.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { z } from 'zod';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { problem } from '../resources.ts';
import { apiServer } from '../server.ts';
import { identityRoutes } from './routes.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

let database: TestDatabase;
let server: FastifyInstance;
let home: Home;
beforeAll(async () => {
  database = await startTestDatabase();
  home = new Home(database.db);
  server = apiServer({
    ...{ db: database.db, token: 'a-token-that-nobody-guesses', health: async () => 'ok' },
    ...{ metrics: { contentType: 'text/plain', metrics: async () => '' }, identity: await home.deps() },
  });
});
afterAll(async () => {
  await server.close();
  await database.stop();
});

/** What a database, a hash or a header may stumble over. */
const odd = [
  '',
  ' ',
  '\0',
  'a\0b@example.com',
  '\ud800',
  '\u202e',
  '💥'.repeat(40),
  "' or 1=1 --",
  '%00',
  '{}',
  '12345６',
];
const text = fc.oneof(
  fc.constantFrom(...odd, 'rosa@example.com', 'Correct-Horse-7', '123456', 'US', '8362', '+12135550142'),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

/** Mostly what the schema asks for, sometimes anything. */
function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const asked = (): fc.Arbitrary<unknown> => {
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.type === 'string') return text;
    if (schema.type === 'boolean') return fc.boolean();
    if (schema.type === 'array') return fc.array(valueOf(schema.items ?? {}), { maxLength: 4 });
    const properties = Object.entries(schema.properties ?? {}).map(([name, one]) => [name, valueOf(one)]);
    return fc.record(Object.fromEntries(properties) as Record<string, fc.Arbitrary<unknown>>);
  };
  return fc.oneof({ weight: 20, arbitrary: asked() }, { weight: 1, arbitrary: fc.anything({ maxDepth: 1 }) });
}

test.each(identityRoutes.filter(({ body, door }) => body && door === 'open'))(
  '$method $path answers whatever is sent with an answer or a problem that it documents',
  async ({ method, path, body, answers, problems }) => {
    const holder = await home.begin(`fuzz${Math.abs(path.length)}-${method.toLowerCase()}@example.com`);
    const schema = z.toJSONSchema(body ?? z.object(), { io: 'input' }) as JsonSchema;
    const document = fc.tuple(valueOf(schema), fc.boolean());
    await fc.assert(
      fc.asyncProperty(document, async ([sent, held]) => {
        // No lock and no limit stands in the way of what is looked for.
        await database.db.deleteFrom('rateWindow').execute();
        await database.db.deleteFrom('identityGuess').execute();
        const own = held && typeof sent === 'object' && sent !== null && 'token' in sent ? { token: holder.token } : {};
        const payload = JSON.stringify({ ...(sent as object), ...own });
        const headers = { 'content-type': 'application/json' };
        const response = await server.inject({ method, url: path.replace(':id', holder.id), payload, headers });
        const { statusCode: status } = response;
        if (answers[status]) answers[status].parse(response.json());
        else expect([400, ...problems]).toContain(problem.parse(response.json()).status);
      }),
      { numRuns: 60 },
    );
  },
);
