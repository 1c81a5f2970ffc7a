import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptSecrets } from './secrets.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeline-secrets-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('secrets are made once, each its own, and kept', async () => {
  const made = await keptSecrets(folder, {});
  expect(new Set(Object.values(made)).size).toBe(9);
  for (const secret of Object.values(made)) expect(secret).toMatch(/^[\da-f]{48}$/);
  expect(await keptSecrets(folder, {})).toEqual(made);
});

test('only their owner can read them', async () => {
  await keptSecrets(folder, {});
  expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
});

test('one that the environment gives counts, and is not kept', async () => {
  const given = 'given-by-the-environment';
  expect((await keptSecrets(folder, { API_TOKEN: given }))['API_TOKEN']).toBe(given);
  expect(await readFile(join(folder, 'secrets.json'), 'utf8')).not.toContain(given);
});

test('a file that cannot be read is not replaced: its pepper would be lost, and every PIN with it', async () => {
  await writeFile(join(folder, 'secrets.json'), '{"PIN_PEPPER": "abc');
  await expect(keptSecrets(folder, {})).rejects.toThrow();
  expect(await readFile(join(folder, 'secrets.json'), 'utf8')).toBe('{"PIN_PEPPER": "abc');
});
