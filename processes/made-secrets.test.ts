import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeSecrets, secretNames } from './made-secrets.ts';

let folder = '';
beforeEach(async () => void (folder = join(await mkdtemp(join(tmpdir(), 'homeline-')), 'secrets')));
afterEach(() => rm(join(folder, '..'), { recursive: true }));
const read = async (name: string) => (await readFile(join(folder, name), 'utf8')).trim();

test('every secret is made for this user alone, or said to be missing', async () => {
  const { made, missing } = await makeSecrets(folder);
  expect((await readdir(folder)).sort()).toEqual([...made].sort());
  expect([...made, ...missing.map((line) => line.split(':')[0])].sort()).toEqual([...secretNames].sort());
  for (const name of made) expect((await stat(join(folder, name))).mode & 0o777, name).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const password = await read('postgres_password');
  expect(await read('database_url')).toBe(`postgres://homeline:${password}@postgres:5432/homeline`);
  expect(await read('database_url_local')).toBe(`postgres://homeline:${password}@127.0.0.1:5432/homeline`);
  const [key, secret] = [await read('s3_access_key'), await read('s3_secret_key')];
  expect(await read('s3_credentials')).toBe(`[default]\naws_access_key_id = ${key}\naws_secret_access_key = ${secret}`);
  const values = await Promise.all(made.map(read));
  expect(new Set(values).size).toBe(values.length);
  for (const value of values) expect(value.length).toBeGreaterThanOrEqual(16);
});

test('what is there stays: another pepper would make every PIN unknown', async () => {
  await makeSecrets(folder);
  const pepper = await read('pin_pepper');
  await writeFile(join(folder, 'trunks'), '[]');
  const again = await makeSecrets(folder);
  expect([again.made, await read('pin_pepper')]).toEqual([[], pepper]);
  expect(again.missing.join()).not.toContain('trunks');
  await rm(join(folder, 'database_url'));
  expect((await makeSecrets(folder)).made).toEqual(['database_url']);
  expect(await read('database_url')).toContain(await read('postgres_password'));
});
