import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { afterDrainSeconds } from '#ivr/service.ts';
import { stopSeconds } from './child.ts';
import { launch, NotServed } from './launch.ts';

const path = join(import.meta.dirname, 'testing', 'process.ts');
let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'homeline-launch-'))));
afterAll(() => rm(folder, { recursive: true }));

async function launched(
  behaviour: string,
  { environment = {}, graceMs = 30_000, stopping = new AbortController() } = {},
) {
  const said: string[] = [];
  const order = { name: 'test', path, graceMs, stopping: stopping.signal };
  const settings = { BEHAVIOUR: behaviour, LOG_FOLDER: join(folder, behaviour), ...environment };
  const say = (text: string) => {
    said.push(text);
    if (behaviour === 'never-serves') stopping.abort();
  };
  return { said, process: await launch({ ...order, say, environment: settings }) };
}

const logOf = (behaviour: string) => readFile(join(folder, behaviour, 'test.log'), 'utf8');

test('a process that serves tells its ports and how far it has come, and stops in order', async () => {
  const { said, process: running } = await launched('serves');
  expect(running.ports).toEqual({ http: 8_123 });
  expect(said).toEqual(['it begins']);
  await running.stop();
  expect(await running.ended).toBe('exit 0');
  await running.stop();
});

test('a process that is given what a file has is not handed the file as well', async () => {
  process.env['API_TOKEN_FILE'] = '/nowhere/token';
  try {
    const { process: running } = await launched('serves', { environment: { API_TOKEN: 'a token of sixteen letters' } });
    await running.stop();
    expect(await running.ended).toBe('exit 0');
  } finally {
    delete process.env['API_TOKEN_FILE'];
  }
});

test('Ctrl-C, which reaches every process of a terminal, ends none before the supervisor says so', async () => {
  const { process: running } = await launched('interrupted');
  running.kill('SIGINT');
  await running.stop();
  expect(await running.ended).toBe('exit 0');
  expect(await logOf('interrupted')).toContain('"why":"SIGTERM"');
});

test.each([
  ['fails', {}, 'test: no reason at all'],
  ['full-disk', {}, 'test: there is no space left on the disk at /full; free some, or choose another VAR_FOLDER'],
  ['dies', {}, 'test ended before it served (SIGKILL)'],
  ['wrong', { DRAIN_SECONDS: 'soon' }, /^wrong setting: DRAIN_SECONDS: .*$/],
] as const)('a process that cannot serve says why, in one line: %s', async (behaviour, environment, why) => {
  const start = launched(behaviour, { environment });
  await expect(start).rejects.toThrow(NotServed);
  await expect(start).rejects.toThrow(why);
});

test('a start that nobody wants any longer is broken off', async () => {
  await expect(launched('never-serves')).rejects.toThrow('test ended before it served (exit 0)');
});

test('a process that never stops is killed when its time is over', async () => {
  const { process: running } = await launched('never-stops', { graceMs: 50 });
  await running.stop();
  expect(await running.ended).toBe('SIGKILL');
});

test('a process that ends itself, or cannot stop in order, ends with 1', async () => {
  expect(await (await launched('ends')).process.ended).toBe('exit 1');
  const { process: running } = await launched('cannot-stop');
  await running.stop();
  expect(await running.ended).toBe('exit 1');
});

test('a process whose supervisor is gone stops', async () => {
  const child = fork(path, [], {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, LOG_FOLDER: join(folder, 'left') },
  });
  await once(child, 'message');
  await once(child, 'message');
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(await logOf('left')).toContain('the supervisor is gone');
});

test('there is time for last words, the recording and the records before a process is cut off', () => {
  expect(stopSeconds({ DRAIN_SECONDS: 20 })).toBeGreaterThan(20 + afterDrainSeconds);
});
