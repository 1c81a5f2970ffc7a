import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { withFiles } from './secret-files.ts';
import { WrongSetting } from './wrong-setting.ts';

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'homeline-secrets-'))));
afterAll(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, `secret-${Math.random()}`);
  await writeFile(path, text);
  return path;
}

test('what a file has is what the setting is, without the end of its line', async () => {
  const environment = {
    PIN_PEPPER_FILE: await file('a pepper of the files\n'),
    API_TOKEN_FILE: await file('two lines\nof a token\r\n'),
    LOG_LEVEL: 'warn',
  };
  const config = readConfig(environment);
  expect(config).toMatchObject({ PIN_PEPPER: 'a pepper of the files', API_TOKEN: 'two lines\nof a token' });
  expect(config.LOG_LEVEL).toBe('warn');
});

test('only what is a setting is read: the file of a certificate stays a path', async () => {
  const path = await file('a certificate');
  expect(readConfig({ SMTP_CA_FILE: path }).SMTP_CA_FILE).toBe(path);
  expect(withFiles({ HOME_FILE: path }, ['PIN_PEPPER'])).toEqual({ HOME_FILE: path });
});

test('whoever is handed what was read is handed no file beside it', async () => {
  const read = withFiles({ API_TOKEN_FILE: await file('a token of the files') }, ['API_TOKEN']);
  expect(read).toEqual({ API_TOKEN: 'a token of the files', API_TOKEN_FILE: undefined });
  expect(readConfig(read).API_TOKEN).toBe('a token of the files');
});

test.each([
  [
    'that is not there',
    () => ({ API_TOKEN_FILE: '/nowhere/token' }),
    /^wrong setting: API_TOKEN_FILE: ENOENT.*nowhere/,
  ],
  ['that is empty', async () => ({ API_TOKEN_FILE: await file('\n') }), /API_TOKEN_FILE: .* has nothing in it$/],
  ['that is no secret', async () => ({ API_TOKEN_FILE: await file('s'.repeat(70_000)) }), /has too much in it$/],
  [
    'beside the setting itself',
    async () => ({ API_TOKEN: 'a token of sixteen', API_TOKEN_FILE: await file('another') }),
    /API_TOKEN and API_TOKEN_FILE are given/,
  ],
])('a file %s is a wrong setting, and its contents are not told', async (_what, environment, complaint) => {
  const given = await environment();
  expect(() => readConfig(given)).toThrow(WrongSetting);
  expect(() => readConfig(given)).toThrow(complaint);
});

test('a wrong secret in a file is named, not shown', async () => {
  const given = { API_TOKEN_FILE: await file('short-7f3') };
  expect(() => readConfig(given)).toThrow(/^wrong setting: API_TOKEN: [^7]+$/);
});

test('no file is one that is not given', () => {
  expect(readConfig({ S3_BUCKET_FILE: '' }).S3_BUCKET).toBeUndefined();
});
