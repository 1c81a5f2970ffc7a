import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage } from './stage.ts';

const home = '+12135550142';
let stage: Stage | undefined;

beforeAll(async () => {
  stage = await Stage.open({ prompts: 'short' });
});
afterAll(() => stage?.close());

test('the example places a call: a person known by PIN is put through to the phone at home', async () => {
  if (!stage) throw new Error('the platform did not start');
  const { host, port } = stage.system.sip;
  const password = stage.demo.stations.find(({ username }) => username === 'inside1')?.password ?? '';
  let rang = 0;
  stage.person(home, (call) => {
    rang++;
    call.reject(486);
  });
  const file = join(import.meta.dirname, '..', 'examples', 'place-a-call.ts');
  const args = ['--import', 'tsx', file, password, home, `${host}:${port}`, '4821'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 55_000 });
  expect(stdout).toMatch(/^bye by the platform after \d+ s\n$/);
  expect(Number(/\d+/.exec(stdout)?.[0])).toBeGreaterThan(5);
  expect(rang).toBe(1);
  expect(stage.surprises()).toEqual([]);
});
