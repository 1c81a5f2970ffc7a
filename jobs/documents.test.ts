import { documentKeys } from '#accounts/documents/keys.ts';
import { KEY, Studio } from '#accounts/documents/testing/studio.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repeatingOf, type RepeatingBench } from './repeating.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('pictures that count no more are removed as the rounds go', async () => {
  const studio = new Studio(server.db);
  const { identityId } = await studio.agreed();
  await studio.send(identityId, 'front', 'before');
  await studio.send(identityId, 'front', 'after');
  const log = { info: () => undefined, error: () => undefined };
  const parts = { keys: documentKeys([KEY]), store: studio.store, keptDays: 30 };
  // Of all that the rounds need, this one needs these.
  const bench = { db: server.db, now: () => studio.home.at, log } as unknown as RepeatingBench;
  await repeatingOf({ ...bench, documents: parts })
    .find(({ name }) => name === 'documents')
    ?.work();
  expect(studio.store.objects.size).toBe(1);
  expect(repeatingOf(bench).map(({ name }) => name)).not.toContain('documents');
});
