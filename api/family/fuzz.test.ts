import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { problem } from '../resources.ts';
import { familyRoutes } from './routes.ts';
import { AGREEMENT, GOOD_CARD, Household, type Family } from './testing/household.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** A schema of the document, as far as it is followed here. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean; readonly schema: Schema }[]; // prettier-ignore
  readonly requestBody?: { readonly content: { readonly 'application/json'?: { readonly schema: Schema } } };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

let household: Household;
let family: Family;
let document: Document;
let own: { accountNumber: string; number: string; token: string };
beforeAll(async () => {
  household = await Household.open();
  family = await household.family();
  own = { ...(await family.enrolled({ passcode: '8362', passcodeAgain: '8362' })), token: await household.handedOut(GOOD_CARD) }; // prettier-ignore
  document = (await household.ask('GET', '/openapi.json')).json<Document>();
});
afterAll(() => household.close());

/** What a database, a hash, a number or a header may stumble over. */
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
  '%',
  '../..',
  '{}',
  '１２',
  '-1',
  '1e999',
];
const near = () => [own.number, own.accountNumber, own.token, AGREEMENT, 'valley-view', 'CA', '8362', '1', '2026-05-01', 'rosa@example.com', '213 555 0142', 'US', randomUUID()]; // prettier-ignore
const numbers = fc.oneof(
  fc.constantFrom(0, 1, 199, 200, 500, 2_500, 10_000, 10_001, -1, 0.5, 1e300, 2 ** 53),
  fc.integer(),
);

/** Mostly what the schema asks for, sometimes anything. */
function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  const asked = (): fc.Arbitrary<unknown> => {
    if (schema.$ref !== undefined)
      return valueOf(document.components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valueOf));
    if (schema.type === 'string')
      return fc.oneof(
        fc.constantFrom(...near()),
        fc.constantFrom(...odd),
        fc.string({ unit: 'binary', maxLength: 60 }),
      );
    if (schema.type === 'boolean') return fc.boolean();
    if (schema.type === 'integer' || schema.type === 'number') return numbers;
    if (schema.items) return fc.array(valueOf(schema.items), { maxLength: 4 });
    const properties = Object.entries(schema.properties ?? {}).map(([name, one]) => [name, valueOf(one)] as const);
    const required = properties.map(([name]) => name).filter((name) => schema.required?.includes(name));
    return fc.record(Object.fromEntries(properties), { requiredKeys: required });
  };
  return fc.oneof({ weight: 30, arbitrary: asked() }, { weight: 1, arbitrary: fc.anything({ maxDepth: 1 }) });
}

/** Text that a URL can have; what cannot be written in one is left out. */
const inUrl = (value: unknown): string => encodeURIComponent(String(value).replace(/\p{Surrogate}/gu, ''));

test.each(familyRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s answers whatever is sent with an answer or a problem that it documents',
  async (_name, { method, path, answers, problems, door }) => {
    const operation = document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    if (!operation) throw new Error('It is not in the document.');
    const { parameters, requestBody } = operation;
    const part = (where: string) =>
      fc.record(
        Object.fromEntries(parameters.filter((one) => one.in === where).map((one) => [one.name, valueOf(one.schema)])),
        where === 'path' ? {} : { requiredKeys: parameters.filter((one) => one.in === where && one.required).map(({ name }) => name) }, // prettier-ignore
      );
    const json = requestBody?.content['application/json'];
    const body = json ? valueOf(json.schema) : fc.constant(undefined);
    const version = fc.constantFrom('"0"', '"1"', '*', 'W/"1"', '"', '1', '"1", "2"', '');
    const key = fc.constantFrom(randomUUID(), randomUUID(), 'short', undefined);
    const { db } = household.database;
    await fc.assert(
      fc.asyncProperty(
        part('path'),
        part('query'),
        body,
        version,
        key,
        async (inPath, inQuery, sent, tag, idempotency) => {
          // No lock and no limit stands in the way of what is looked for.
          await db.deleteFrom('rateWindow').execute();
          await db
            .updateTable('passcode')
            .set({ counted: '0', cleared: '0', refused: '0', locks: 0, lockedUntil: null })
            .execute();
          const at = path.replace(
            /:(\w+)/g,
            (_, name: string) => inUrl((inPath as Record<string, unknown>)[name]) || 'x',
          );
          const query = Object.entries(inQuery as object).map(([name, value]) => `${name}=${inUrl(value)}`);
          const headers = {
            ...(idempotency !== undefined && { 'idempotency-key': idempotency }),
            ...(tag !== '' && { 'if-match': tag }),
            ...(sent !== undefined && { 'content-type': 'application/json' }),
          };
          const url = `${at}${query.length > 0 ? `?${query.join('&')}` : ''}`;
          const payload = sent === undefined ? undefined : JSON.stringify(sent);
          const response = await household.server.inject({
            ...{ method, url, headers: { ...headers, authorization: `Bearer ${family.who.accessToken}` } },
            ...(payload !== undefined && { payload }),
          });
          const { statusCode: status } = response;
          if (answers[status]) answers[status].parse(response.json());
          else
            expect([400, ...(door === 'open' ? [] : [401]), ...problems], url).toContain(
              problem.parse(response.json()).status,
            );
        },
      ),
      { numRuns: 60 },
    );
  },
);
