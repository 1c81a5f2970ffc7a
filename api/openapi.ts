import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { Door, Route } from './routes.ts';
import { HOST_COOKIE, STAFF_COOKIE } from './staff/cookie.ts';

/** What is documented of a route, whoever runs it. */
export type Documented = Omit<Route, 'run'>;

const security: Readonly<Record<Door, readonly object[]>> = {
  service: [{ token: [] }],
  family: [{ family: [] }],
  staff: [{ staff: [] }],
  open: [],
};
const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', minLength: 8, maxLength: 128 },
};

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The ETag of what was seen: without it 428, and 412 when somebody else has changed it since',
  schema: { type: 'string' },
};

const prefix = '#/components/schemas/';

/** A stream of server-sent events: beside OpenAPI's own words it has none for what comes in it, so the schema is that of one event's data. */
export interface EventStream {
  readonly path: string;
  readonly summary: string;
  /** The id among the components. */
  readonly event: string;
}

/** The routes as an OpenAPI 3.1 document; JSON Schema 2020-12 as OpenAPI 3.1 takes it. */
export function openApi(routes: readonly Documented[], streams: readonly EventStream[]): Record<string, unknown> {
  // Every schema of resources.ts that has an id of its own.
  const { schemas } = z.toJSONSchema(z.globalRegistry, { uri: (id) => `${prefix}${id}` });
  const inline = (schema: z.ZodType, io: 'input' | 'output') => plain(z.toJSONSchema(schema, { io }));
  const parameters = (where: 'path' | 'query', schema: z.ZodObject | undefined) =>
    Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
      name,
      in: where,
      required: !(field as z.ZodType).safeParse(undefined).success,
      schema: inline(field as z.ZodType, 'input'),
    }));
  const json = (schema: Record<string, unknown>) => ({ 'application/json': { schema } });
  const contentOf = ({ media }: Documented, schema: z.ZodType) =>
    media === undefined
      ? json(inline(schema, 'output'))
      : Object.fromEntries(
          [media].flat().map((type) => {
            const binary = !type.startsWith('text/') && { format: 'binary' };
            return [type, { schema: { ...inline(schema, 'output'), ...binary } }];
          }),
        );
  const problem = (status: number): [string, object] => [
    String(status),
    {
      description: STATUS_CODES[status],
      content: { 'application/problem+json': { schema: { $ref: `${prefix}Problem` } } },
    },
  ];
  const operation = ({ door = 'service', ...route }: Documented) => ({
    summary: route.summary,
    security: security[door],
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...(route.idempotent ? [idempotencyKey] : []),
      ...(route.versioned && route.method !== 'GET' ? [ifMatch] : []),
    ],
    ...(route.body && { requestBody: { required: true, content: json(inline(route.body, 'input')) } }),
    ...(route.takes && { requestBody: { required: true, content: bytesOf(route.takes.types) } }),
    responses: Object.fromEntries([
      ...Object.entries(route.answers).map(([status, schema]): [string, object] => [
        status,
        { description: STATUS_CODES[status], content: contentOf(route, schema) },
      ]),
      ...statusesOf(door, route.problems).map(problem),
    ]),
  });
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes)
    (paths[route.path.replace(/:(\w+)/g, '{$1}')] ??= {})[route.method.toLowerCase()] = operation(route);
  for (const { path, summary, event } of streams)
    (paths[path] ??= {})['get'] = {
      summary,
      parameters: [{ name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } }],
      responses: Object.fromEntries([
        ['200', { description: 'OK', content: { 'text/event-stream': { schema: { $ref: `${prefix}${event}` } } } }],
        ...[400, 401, 403, 503].map(problem),
      ]),
    };
  return {
    openapi: '3.1.0',
    info: { title: 'Homeline', version: '0.1.0', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        family: { type: 'http', scheme: 'bearer' },
        staff: { type: 'apiKey', in: 'cookie', name: HOST_COOKIE, description: `By http: \`${STAFF_COOKIE}\`` },
      },
      schemas: Object.fromEntries(Object.entries(schemas).map(([id, one]) => [id, plain(one)])),
    },
  };
}

/** Bytes as they are. */
const bytesOf = (types: readonly string[]) =>
  Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));

const statusesOf = (door: Door, problems: readonly number[]): number[] =>
  [
    ...new Set([
      400,
      ...(door === 'open' ? [] : [401]),
      ...(door === 'staff' || door === 'service' ? [403] : []),
      ...problems,
      503,
    ]),
  ].sort((one, other) => one - other);

/** Without what belongs to a document of its own; what it refers to stands among the components. */
function plain(schema: object): Record<string, unknown> {
  const own = Object.entries(schema).filter(([name]) => !['$schema', '$id', '$defs', 'id'].includes(name));
  return JSON.parse(JSON.stringify(Object.fromEntries(own)).replaceAll('#/$defs/', prefix)) as Record<string, unknown>;
}
