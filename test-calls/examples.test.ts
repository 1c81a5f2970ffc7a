import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Stage } from './stage.ts';

const home = '+12135550142';
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open({ prompts: 'short' });
});
afterAll(() => stage.close());

test('the example places a call: a person known by PIN is put through to the phone at home', async () => {
  const { host, port } = stage.system.sip;
  const password = stage.demo.stations.find(({ username }) => username === 'inside1')?.password ?? '';
  const rang = new Promise<void>((resolve) =>
    stage.person(home, (call) => {
      call.reject(486);
      resolve();
    }),
  );
  const file = join(import.meta.dirname, '..', 'examples', 'place-a-call.ts');
  const args = ['--import', 'tsx', file, password, home, `${host}:${port}`, '4821'];
  const example = promisify(execFile)(process.execPath, args, { timeout: 55_000 });
  const { stdout } = await example;
  await rang;
  expect(stdout).toMatch(/^bye by the platform after \d+ s\n$/);
  expect(Number(/\d+/.exec(stdout)?.[0])).toBeGreaterThan(5);
  expect(stage.surprises()).toEqual([]);
});
