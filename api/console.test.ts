import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleConsole, type ConsoleBundle } from './console-bundle.ts';
import { consolePage, encodingOf } from './console.ts';
import { problemOf } from './problem.ts';

let server: FastifyInstance;
let bundle: ConsoleBundle;
let made = 0;
let failing = true;

beforeAll(async () => {
  bundle = await bundleConsole();
  server = Fastify();
  server.setErrorHandler((error, _request, reply) => {
    const problem = problemOf(error);
    return reply.code(problem.status).send(problem.body);
  });
  await server.register(consolePage, {
    bundle: async () => {
      made++;
      if (failing) throw new Error('no room');
      return bundle;
    },
  });
});
afterAll(() => server.close());

const get = (url: string, headers: Record<string, string> = {}) => server.inject({ method: 'GET', url, headers });
const fileNames = () => [...bundle.keys()].filter((name) => name !== '');

test('a bundle that failed is made anew for the next who asks, one that is there is kept', async () => {
  expect((await get('/console/')).statusCode).toBe(500);
  failing = false;
  expect((await get('/console/')).statusCode).toBe(200);
  await get('/console/calls');
  expect(made).toBe(2);
});

test('the page comes for every address of it, and names its files by what is in them', async () => {
  const page = await get('/console/');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(page.headers['cache-control']).toBe('no-cache');
  for (const path of ['/console/numbers/+12135550142', '/console/calls?number=%2B12135550142', '/console/audit'])
    expect((await get(path)).body).toBe(page.body);
  expect((await get('/console')).headers['location']).toBe('/console/');
  const names = [...page.body.matchAll(/"\/console\/(main-[A-Z0-9]{8}\.(?:js|css))"/g)].map(([, name]) => name ?? '');
  expect(names.sort()).toEqual(
    fileNames()
      .filter((name) => name !== telephone())
      .sort(),
  );
  expect(names).toHaveLength(2);
});

const telephone = () => fileNames().find((name) => /^sip-phone-[A-Z0-9]{8}\.js$/.test(name)) ?? 'none';

test('SIP.js comes with the telephone alone, which the page asks for by its name when it is turned on', () => {
  const main = fileNames().find((name) => /^main-.*\.js$/.test(name)) ?? '';
  const script = (name: string) => String(bundle.get(name)?.plain);
  expect([script(main), script(telephone())].map((one) => /CSeq/.test(one))).toEqual([false, true]);
  expect(script(main)).toContain(`import("./${telephone()}")`);
  // Nothing that both need is in a third file, which would be waited for.
  expect(script(main)).not.toMatch(/from"\.\//);
});

test('a file is kept for good, and one that was replaced is not answered with the page', async () => {
  for (const name of fileNames()) {
    const file = await get(`/console/${name}`);
    expect(file.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(file.headers['content-type']).toMatch(/^text\/(javascript|css); charset=utf-8$/);
  }
  expect((await get('/console/main-OLDONE77.js')).statusCode).toBe(404);
});

test('what is known already is not sent again, by each encoding for itself', async () => {
  for (const encoding of ['br', 'gzip', 'identity'] as const) {
    const first = await get('/console/', { 'accept-encoding': encoding });
    const { etag } = first.headers;
    expect(first.headers['vary']).toBe('accept-encoding');
    const wanted = { 'accept-encoding': encoding, 'if-none-match': `"other", W/${String(etag)}` };
    const again = await get('/console/', wanted);
    expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', etag]);
    expect((await get('/console/', { ...wanted, 'if-none-match': '"other"' })).statusCode).toBe(200);
  }
  const plain = await get('/console/');
  expect((await get('/console/', { 'accept-encoding': 'br' })).headers['etag']).not.toBe(plain.headers['etag']);
});

test('what is compressed is what was meant', async () => {
  const plain = await get('/console/');
  const br = await get('/console/', { 'accept-encoding': 'gzip, deflate, br, zstd' });
  expect(br.headers['content-encoding']).toBe('br');
  expect(brotliDecompressSync(br.rawPayload).toString()).toBe(plain.body);
  const zip = await get('/console/', { 'accept-encoding': 'gzip' });
  expect(zip.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(zip.rawPayload).toString()).toBe(plain.body);
  expect(plain.headers['content-encoding']).toBeUndefined();
});

test.each([
  [undefined, 'identity'],
  ['gzip', 'gzip'],
  ['BR;q=0.5, gzip', 'br'],
  ['br;q=0, gzip;q=1.0', 'gzip'],
  ['br; q=0.000', 'identity'],
  ['zstd, deflate', 'identity'],
])('who accepts %s is sent %s', (accepted, encoding) => {
  expect(encodingOf(accepted)).toBe(encoding);
});

describe('what may run', () => {
  test('only what we sent does, in no frame, and it reaches us alone', async () => {
    const { headers } = await get('/console/');
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
  });

  test('it reaches the server of its telephone as well, where there is one, and no more of it than its origin', async () => {
    const another = Fastify();
    const reaches = ['wss://phone.example.com:7443/sip?who=me'];
    await another.register(consolePage, { bundle: async () => bundle, reaches });
    const { headers } = await another.inject({ method: 'GET', url: '/console/' });
    const policy = String(headers['content-security-policy']).split('; ');
    expect(policy).toContain("connect-src 'self' wss://phone.example.com:7443");
    await another.close();
  });

  test('the page has no script, style or address of its own in it', () => {
    const page = String(bundle.get('')?.plain);
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|style=|\son\w+=/);
    for (const [, { plain }] of bundle) {
      const addresses = [...String(plain).matchAll(/https?:\/\/[\w.]+/g)].map(([found]) => found);
      expect(addresses.filter((address) => address !== 'http://www.w3.org')).toEqual([]);
    }
  });
});

test('all of it is less than 250 kB to transfer, gzipped', () => {
  const bytes = [...bundle.values()].reduce((sum, { gzip }) => sum + gzip.length, 0);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(250_000);
});

test('the page has a word in both languages for every disposition there is', async () => {
  const root = join(import.meta.dirname, '..');
  const table = await readFile(join(root, 'docs', 'dispositions.md'), 'utf8');
  const dispositions = [...table.matchAll(/^\| [^|]+ \| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(dispositions.length).toBeGreaterThan(30);
  for (const language of ['en', 'es']) {
    const words = await readFile(join(root, 'console', 'wording', `${language}-dispositions.ts`), 'utf8');
    const known = [...words.matchAll(/^ {2}'?([a-z-]+)'?: '/gm)].map(([, name]) => name);
    expect(known.sort()).toEqual([...dispositions].sort());
  }
});

test('timers and the time of day are met in one file of the page', async () => {
  const room = join(import.meta.dirname, '..', 'console');
  const files = (await readdir(room, { recursive: true })).filter((name) => /(?<!\.test)\.tsx?$/.test(name));
  const found = [];
  for (const name of files)
    if (/\bsetTimeout|\bsetInterval|Date\.now|new Date\(\)/.test(await readFile(join(room, name), 'utf8')))
      found.push(name);
  expect(found).toEqual(['clock.ts']);
});
