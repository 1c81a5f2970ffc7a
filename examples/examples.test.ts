import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ScriptedLine } from '#flows/testing/scripted-line.ts';
import { sayName } from './write-a-flow.ts';

const run = (file: string) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', join(import.meta.dirname, file)]);

test('the flow under test runs as it is shown', async () => {
  expect((await run('test-a-flow.ts')).stdout).toBe('The flow asks twice, and ends with the call.\n');
});

test('the flow gives up after the second silence', async () => {
  const line = new ScriptedLine('en', { voice: undefined }, { voice: undefined });
  expect(await sayName(line)).toBeUndefined();
  expect(line.told).toEqual(['en:name.ask', 'en:name.too-short', 'en:name.ask', 'en:name.too-short']);
});
