import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { consoleTypes } from './testing/console-types.ts';

test('the agents’ page asks by the types of the routes as they are: else run `npm run api-types`', async () => {
  const path = join(import.meta.dirname, '..', 'console', 'api-types.ts');
  expect(await readFile(path, 'utf8')).toBe(await consoleTypes(path));
});
