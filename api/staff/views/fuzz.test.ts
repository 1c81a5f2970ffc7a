import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { may } from '#accounts/access/table.ts';
import { House } from '#accounts/refunds/testing/house.ts';
import { problem } from '../../resources.ts';
import { viewRoutes } from './routes.ts';
import { ViewedHouse, type ViewConsole } from './testing.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

let house: ViewedHouse;
let supervisor: ViewConsole;
let known: readonly string[];
beforeAll(async () => {
  house = await ViewedHouse.open(({ db }) => ({ refunds: new House(db).deps() }));
  supervisor = await house.console({ role: 'supervisor' });
  const call = await house.call(1, { number: '+12135550142', ending: { disposition: 'talked', talkSeconds: 3 } });
  const account = await new House(house.db).account('+12135550142');
  known = [
    call,
    account,
    '1',
    '+12135550142',
    'valley-view',
    '2026-05-01..2026-05-31',
    '2026-05-01..2026-05-31.csv',
    randomUUID(),
  ];
});
afterAll(() => house.close());

const odd = [
  '',
  ' ',
  '\0',
  '\ud800',
  '💥'.repeat(40),
  "' or 1=1 --",
  '%00',
  '%zz',
  '{}',
  '-1',
  '0',
  '9'.repeat(40),
  '1e309',
  'NaN',
];
const times = ['2026-05-01T00:00:00Z', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', 'yesterday'];
const text = () => fc.oneof(fc.constantFrom(...odd, ...times, ...known), fc.string({ unit: 'binary', maxLength: 40 }));

/** Mostly what the schema asks for, sometimes anything. */
function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const asked = (): fc.Arbitrary<unknown> => {
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.type === 'integer') return fc.oneof(fc.integer(), fc.constantFrom(1, 200, 2_500, 2 ** 53));
    if (schema.type === 'array') return fc.array(valueOf(schema.items ?? {}), { maxLength: 4 });
    if (schema.type !== 'object') return text();
    const properties = Object.entries(schema.properties ?? {}).map(([name, one]) => [name, valueOf(one)]);
    return fc.record(Object.fromEntries(properties) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
  };
  return fc.oneof({ weight: 20, arbitrary: asked() }, { weight: 1, arbitrary: fc.anything({ maxDepth: 1 }) });
}
const schemaOf = (schema: z.ZodType | undefined) =>
  z.toJSONSchema(schema ?? z.strictObject({}), { io: 'input', unrepresentable: 'any' }) as JsonSchema;

test.each(
  viewRoutes
    .filter(({ media }) => typeof media !== 'string')
    .map((route) => [`${route.method} ${route.path}`, route] as const),
)(
  '%s answers whatever is asked with an answer or a problem that it documents',
  async (_, { method, path, query, body, answers, problems, act, media }) => {
    expect(may('supervisor', act)).toBe(true);
    const parts = fc.record({
      path: fc.tuple(text(), text()),
      query: valueOf(schemaOf(query)),
      body: body ? valueOf(schemaOf(body)) : fc.constant(undefined),
    });
    await fc.assert(
      fc.asyncProperty(parts, async ({ path: ids, query: typed, body: sent }) => {
        let nth = 0;
        const url = path.replace(/:\w+/g, () => encodeURIComponent(safe(ids[nth++])) || 'x');
        const pairs = Object.entries((typed ?? {}) as Record<string, unknown>).map(([name, value]) => [
          name,
          safe(value),
        ]);
        const search = new URLSearchParams(pairs as [string, string][]).toString();
        const headers = { 'content-type': 'application/json' };
        const answer = await supervisor.raw(
          method,
          `${url}${search && '?'}${search}`,
          body && JSON.stringify(sent),
          headers,
        );
        const { statusCode: status } = answer;
        if (answers[status] && media !== undefined)
          expect(media).toContain(String(answer.headers['content-type']).split(';')[0]);
        else if (answers[status]) answers[status].parse(answer.json());
        else expect([400, 403, 404, ...problems]).toContain(problem.parse(answer.json()).status);
      }),
      { numRuns: 60 },
    );
  },
);

/** What can stand in an address. */
function safe(value: unknown): string {
  const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return written.replaceAll(/\p{Surrogate}/gu, '');
}
