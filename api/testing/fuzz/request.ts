import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { resolved, type ApiDocument, type Operation, type Parameter, type Schema } from './document.ts';
import { Values, type Meaning } from './values.ts';

/** What is sent beside the address and its headers. */
export interface Content {
  readonly type?: string | undefined;
  readonly payload?: string | Buffer | undefined;
  /** The value that was written down, where it is one. */
  readonly value?: unknown;
}
/** What one request is made of. */
export interface Parts {
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: readonly (readonly [string, unknown])[];
  readonly rawQuery: string;
  readonly key: string | undefined;
  readonly version: string | undefined;
  readonly content: Content;
}

/** The longest body that is read (api/server.ts). Bytes. */
export const LONGEST_BODY = 65_536;
const JSON_TYPE = 'application/json';

/** How requests are spoilt, each so often; `AS_ASKED` is most of them. */
export const AS_ASKED = 'as asked';

/** Requests for an operation, by how they are spoilt. */
export function requestsOf(
  document: ApiDocument,
  operation: Operation,
  meaning: Meaning,
): ReadonlyMap<string, fc.Arbitrary<Parts>> {
  const [fitting, loose] = [true, false].map((fits) => new Values(document, meaning, { fitting: fits })) as [
    Values,
    Values,
  ];
  const of = (where: string) => operation.parameters.filter((one) => one.in === where);
  const [path, asked] = [named(of('path')), of('query')];
  const body = operation.requestBody?.content[JSON_TYPE]?.schema;
  const types = Object.keys(operation.requestBody?.content ?? {}).filter((type) => type !== JSON_TYPE);
  const keys: string[] = [randomUUID(), randomUUID(), randomUUID()];
  const required = asked.filter((one) => one.required).map(({ name }) => name);
  const partsOf = (values: Values) => ({
    path: values.record(path, Object.keys(path)),
    query: values.record(named(asked), required).map((one): Pairs => Object.entries(one)),
    rawQuery: fc.constant<string>(''),
    content: body ? values.of(body).map(written) : types.length > 0 ? bytesOf(types) : fc.constant<Content>({}),
    key: fc.constantFrom(...keys, ...keys, undefined),
    version: fc.constantFrom('"0"', '"1"', '*', 'W/"1"', '"', '1', '"1", "2"', undefined),
  });
  const parts = partsOf(fitting);
  const { query, content } = parts;
  const ways: Record<string, Partial<typeof parts>> = {};
  if (of('header').some(({ name }) => name === 'Idempotency-Key'))
    for (const key of ['short', 'x'.repeat(129), '\u00e9'.repeat(9), ''])
      ways[`key ${key.slice(0, 9)}`] = { key: fc.constant(key) };
  for (const raw of rawQueries) ways[`query ${raw.slice(0, 9)}`] = { rawQuery: fc.constant(raw) };
  if (asked.length > 0)
    for (const [name, spoil] of Object.entries(spoiltQueries))
      ways[`a parameter ${name}`] = { query: fc.tuple(query, fc.nat()).map(([all, nth]) => spoil(all, nth)) };
  for (const [name, spoil] of Object.entries(body ? spoiltContents : stray))
    ways[`content ${name}`] = { content: content.map(({ payload = '' }) => spoil(String(payload))) };
  const usual = fc.oneof(fc.record(parts), fc.record(partsOf(loose)), fc.record({ ...parts, content: partsOf(loose).content })); // prettier-ignore
  return new Map([
    [AS_ASKED, usual],
    ...Object.entries(ways).map(([name, over]) => [name, fc.record({ ...parts, ...over })] as const),
  ]);
}

const named = (parameters: readonly Parameter[]): Record<string, Schema> =>
  Object.fromEntries(parameters.map(({ name, schema }) => [name, schema]));
const written = (value: unknown): Content => ({ type: JSON_TYPE, payload: JSON.stringify(value) ?? 'null', value });

/** Bytes of one of these types, which begin as its files do, or do not. */
const bytesOf = (types: readonly string[]): fc.Arbitrary<Content> =>
  fc
    .tuple(
      fc.constantFrom(...types),
      fc.constantFrom('', 'ffd8ffe0', '89504e470d0a1a0a', '52494646'),
      fc.uint8Array({ maxLength: 300 }),
    )
    .map(([type, magic, rest]) => ({ type, payload: Buffer.concat([Buffer.from(magic, 'hex'), rest]) }));

type Pairs = readonly (readonly [string, unknown])[];
const rawQueries = ['a[]=1&a[b]=2&=&&&__proto__=1', '%zz=%', `q=${'x'.repeat(5_000)}`];
const spoiltQueries: Readonly<Record<string, (pairs: Pairs, nth: number) => Pairs>> = {
  twice: (pairs, nth) => [...pairs, ...pairs.slice(nth % Math.max(1, pairs.length))],
  lacks: (pairs, nth) => pairs.filter((_, n) => n !== nth % pairs.length),
  more: (pairs, nth) => [...pairs, ['more', nth]],
};

const json = (payload: string): Content => ({ type: JSON_TYPE, payload });
/** What comes with a request that asks for no content. */
const stray: Readonly<Record<string, () => Content>> = {
  'of a type alone': () => ({ type: JSON_TYPE }),
  'that nobody asked for': () => json('{"a":1}'),
  'that is no JSON': () => json('{'),
  'that is text': () => ({ type: 'text/plain', payload: 'text' }),
  'that is a picture': () => ({ type: 'image/png', payload: Buffer.from('89504e470d0a1a0a', 'hex') }),
  'that is empty': () => ({ type: 'image/jpeg', payload: Buffer.alloc(0) }),
  'that is long': () => ({ type: 'image/jpeg', payload: Buffer.alloc(LONGEST_BODY + 1, 0xff) }),
};
const otherTypes = [
  ...['text/plain', 'text/html', 'application/xml', 'application/x-www-form-urlencoded'],
  ...['multipart/form-data; boundary=x', 'application/problem+json', 'application/json; charset=utf-7'],
  ...['application/json; charset=utf-8', 'application/jsonp', 'nonsense', '/'],
];
/** What comes instead of a document, or beside it. */
const spoiltContents: Readonly<Record<string, (payload: string) => Content>> = {
  cut: (payload) => json(payload.slice(0, Math.floor(payload.length / 2))),
  twice: (payload) => json(`${payload}${payload}`),
  'with a mark of byte order': (payload) => json(`\ufeff${payload}`),
  'of no type': (payload) => ({ payload }),
  ...Object.fromEntries(otherTypes.map((type) => [`of ${type}`, (payload: string) => ({ type, payload })])),
  'of a type alone': () => ({ type: JSON_TYPE }),
  none: () => ({}),
  'that would be a prototype': (payload) =>
    json(`{"__proto__":{"admin":true},"constructor":{"prototype":${payload === '' ? '{}' : payload}}}`),
  'that is deep': (payload) => json(within(payload, nested(9_000))),
  'that is deep alone': () => json(nested(30_000)),
  'that is long': (payload) => json(within(payload, `"${'x'.repeat(LONGEST_BODY - 6_000)}"`)),
  'that is too long': (payload) => json(within(payload, `"${'x'.repeat(LONGEST_BODY)}"`)),
  'with a number beyond all numbers': (payload) => json(within(payload, '1e999999')),
  'with a name twice': (payload) => json(payload.replace('{', '{"a":1,"a":2,')),
  'of a list': (payload) => json(`[${payload}]`),
  'of a number': () => json('7'),
  'of nothing': () => json('null'),
};

const nested = (deep: number): string => `${'['.repeat(deep)}${']'.repeat(deep)}`;
/** The same document, its first value replaced. */
const within = (payload: string, value: string): string =>
  payload.startsWith('{"')
    ? payload.replace(/^(\{"[^"]*":)("[^"]*"|[^,}]*)/, (_, name: string) => name + value)
    : value;

/** How the parts are sent. Text that no address can have is left out of it. */
export function sentAs(path: string, { path: named, query, rawQuery, key, version, content }: Parts) {
  const at = path.replace(/:(\w+)/g, (_, name: string) => segment(named[name]));
  const search = [...query.map(([name, value]) => `${name}=${inUrl(value)}`), rawQuery].filter((one) => one !== '');
  const headers = {
    ...(key !== undefined && { 'idempotency-key': key }),
    ...(version !== undefined && { 'if-match': version }),
    ...(content.type !== undefined && { 'content-type': content.type }),
  };
  const { payload } = content;
  return {
    url: `${at}${search.length > 0 ? '?' : ''}${search.join('&')}`,
    headers,
    ...(payload !== undefined && { payload }),
  };
}

/** What stands in a path: nothing, and dots that would be another path (RFC 3986 §5.2.4), can not. */
const segment = (value: unknown): string => {
  const text = inUrl(value);
  return /^\.{0,2}$/.test(text) ? 'x' : text;
};

const inUrl = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''));
};

/** Statuses that HTTP gives to what was sent, whatever the operation is (RFC 9110 §15.5.14, §15.5.16). */
export function statusesOfContent({ type, payload = '' }: Content): number[] {
  const isJson = type !== undefined && /^application\/json($|;)/.test(type);
  return [
    ...(Buffer.byteLength(payload) > LONGEST_BODY ? [413] : []),
    ...(isJson || (type === undefined && payload.length === 0) ? [] : [415]),
  ];
}

/** Every text of a value that its schema calls a password, but those too short to be told from others. */
export function secretsIn(document: ApiDocument, asked: Schema, value: unknown): string[] {
  const schema = resolved(document, asked);
  if (typeof value === 'string') return schema.format === 'password' && value.trim().length > 7 ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => secretsIn(document, schema.items ?? {}, one));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => secretsIn(document, schema.properties?.[name] ?? {}, one));
}
