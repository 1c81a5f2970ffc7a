import { createHash } from 'node:crypto';
import { webhookKeys } from '#accounts/webhooks/secret.ts';
import { EventFeed } from '../webhooks/events.ts';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Household } from '../family/testing/household.ts';
import type { OpenApiDocument } from './page.ts';
import { docsPage } from './page.ts';
import { schemaText } from './schema-text.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let household: Household;
let page: string;
let policy: string;
let document: OpenApiDocument;
beforeAll(async () => {
  const webhooks = { keys: webhookKeys('a secret of sixteen or more'), now: () => new Date() };
  household = await Household.open((database) => ({ webhooks, events: new EventFeed(database.db, database.url) }));
  const answer = await household.ask('GET', '/docs');
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  page = answer.body;
  policy = String(answer.headers['content-security-policy']);
  document = (await household.ask('GET', '/openapi.json')).json<OpenApiDocument>();
});
afterAll(() => household.close());

describe('the reference', () => {
  test('has every operation of the document, who may ask it, and each of its problems', () => {
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    expect(operations.length).toBeGreaterThan(50);
    expect(page.match(/<article id="(get|post|put|delete)-/g)).toHaveLength(operations.length);
    for (const { path, method, operation } of operations) {
      const [, article = ''] = page.split(`<code>${method.toUpperCase()} ${path}</code>`);
      expect(article.split('</article>')[0], path).toContain(Object.keys(operation.responses).at(-1));
    }
    const doorOf = (heading: string) =>
      /<span class="door">([^<]*)<\/span>$/.exec(page.split(`<code>${heading}</code>`)[0] ?? '')?.[1];
    expect(doorOf('GET /v1/facilities')).toBe('anybody');
    expect(doorOf('POST /v1/account/deposits')).toBe('signed-in family');
    expect(doorOf('GET /v1/events')).toBe('service’s token');
  });

  test('leads nowhere that is not there, and everything in it has one place', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(20);
    for (const link of links) expect(ids).toContain(link);
    for (const [, name = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(document.components.schemas).toHaveProperty(name);
  });

  test('runs nothing and fetches nothing: its style is the one that its policy names', () => {
    expect(page).not.toMatch(/<script|<img|<link|<iframe| on\w+=|src=|https?:/i);
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(page) ?? [];
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toContain("default-src 'none'");
  });

  test('shows whatever is written as what it is', () => {
    const odd = '<b onload="x">&\'';
    const shown = docsPage({
      info: { title: odd, version: '1' },
      paths: { [`/v1/${odd}`]: { get: { summary: odd, security: [], responses: { '200': { description: odd } } } } },
      components: { schemas: { Odd: { description: odd, properties: { [odd]: { enum: [odd] } } } } },
    });
    expect(shown).not.toContain('<b onload');
    expect(shown).toContain('&lt;b onload=&quot;x&quot;&gt;&amp;&#39;');
  });

  test('writes schemas down as people do', () => {
    const schema = {
      required: ['number'],
      properties: {
        number: { $ref: '#/components/schemas/E164' },
        scope: { anyOf: [{ const: 'all' }, { properties: { id: { type: 'string' } }, required: ['id'] }] },
        many: { items: { type: ['integer', 'null'], description: 'cents' } },
      },
    };
    expect(schemaText(schema)).toBe(
      [
        '{',
        '  <b>number</b>: <a href="#schema-E164">E164</a>',
        '  <b>scope</b>?: &quot;all&quot; | {',
        '    <b>id</b>: string',
        '  }',
        '  <b>many</b>?: list of integer or null',
        '}',
      ].join('\n'),
    );
  });
});
