import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { allowed, awaited } from './differences.ts';
import { loadGolden } from './golden.ts';
import { groups } from './groups.ts';
import { volatile } from './volatile.ts';

const root = join(import.meta.dirname, '..', '..');
const pages = ['docs/differences.md', 'sip-proxy/embedded/README.md', 'media/embedded/README.md']
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n');

it.each(allowed.map(({ told, reason }) => [told, reason]))('people can read of the difference "%s"', (told, reason) => {
  expect(pages).toContain(told);
  expect(reason).not.toBe('');
});

it('every entry of the tables speaks of a case that there is', () => {
  const names = groups.flatMap(({ name, cases }) => Object.keys(cases).map((one) => `${name}: ${one}`));
  for (const { cases } of [...allowed, ...awaited]) expect(names.some((name) => cases.test(name))).toBe(true);
});

it('every case was recorded, and nothing else', () => {
  for (const { name, cases } of groups)
    expect(Object.keys(loadGolden(name).cases).sort()).toEqual(Object.keys(cases).sort());
});

it('no recorded trace holds an address or a name of the machine it was taken on', () => {
  const text = groups.map(({ name }) => JSON.stringify(loadGolden(name))).join('');
  const addresses = new Set(text.match(/\b(?:\d{1,3}\.){3}\d{1,3}\b/g));
  for (const address of addresses)
    expect(['127.0.0.1', '0.0.0.0', '192.0.2.1', '192.0.2.7', '192.0.2.9']).toContain(address);
  expect(text).not.toMatch(/\/(tmp|home|root|work)\//);
});

it('every volatile field says why', () => {
  for (const { reason } of volatile) expect(reason.length).toBeGreaterThan(5);
});
