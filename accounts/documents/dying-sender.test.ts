import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { programAt } from '#processes/program.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { documentKeys } from './keys.ts';
import { LEFT_MS, sweepDocuments } from './sweep.ts';
import { KEY, Studio } from './testing/studio.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let server: TestDatabase;
let folder: string;
beforeAll(async () => {
  server = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'homeline-dying-sender-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await server.stop();
});

test('what lies in storage when its process is killed does not count, and is found and removed', async () => {
  const studio = new Studio(server.db);
  const { identityId } = await studio.agreed();
  const { execArgv, path } = await programAt(join(import.meta.dirname, 'testing', 'dying-sender.ts'));
  const order = JSON.stringify({ url: server.url, folder, identityId });
  const child = spawn(process.execPath, [...execArgv, path, order], { stdio: ['pipe', 'ignore', 'inherit'] });
  expect((await once(child, 'close'))[1]).toBe('SIGKILL');
  const lying = async () => (await readdir(join(folder, 'documents'))).length;
  expect(await lying()).toBe(1);
  expect(await server.db.selectFrom('identityDocument').select(['storedAt', 'endedAt']).execute()).toEqual([
    { storedAt: null, endedAt: null },
  ]);
  const sweep = () =>
    sweepDocuments({
      ...{ db: server.db, now: () => studio.home.at, keys: documentKeys([KEY]), keptDays: 30 },
      store: { placeOf: (name) => studio.store.placeOf(name), remove: (name) => rm(join(folder, name)) },
      log: { info: () => undefined, error: () => undefined },
    });
  await sweep();
  expect(await lying()).toBe(1);
  studio.home.pass(LEFT_MS + 1);
  expect(await sweep()).toMatchObject({ left: 1, removed: 1, failed: 0 });
  expect(await lying()).toBe(0);
});
