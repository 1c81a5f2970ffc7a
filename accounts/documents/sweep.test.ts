import { documentsOf, giveUpLeftDocuments } from '#db/documents.ts';
import { decideReview } from '#db/identity-reviews.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { documentKeys } from './keys.ts';
import { decrypted, pictureOf } from './shown.ts';
import { LEFT_MS, sweepDocuments } from './sweep.ts';
import { KEY, Studio } from './testing/studio.ts';
import { sides } from './submit.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const DAY_MS = 24 * 3_600_000;
let database: TestDatabase;
let studio: Studio;
beforeAll(async () => void (database = await startTestDatabase()));
afterAll(() => database.stop());
beforeEach(async () => {
  await database.db.deleteFrom('identityDocument').execute();
  studio = new Studio(database.db);
});

const faults: unknown[] = [];
const log = { info: () => undefined, error: (fault: object) => void faults.push(fault) };
const sweep = (keys = documentKeys([KEY]), store: Pick<Studio['store'], 'placeOf' | 'remove'> = studio.store) =>
  sweepDocuments({ ...{ db: database.db, now: () => studio.home.at, keys, store, keptDays: 30, log } });
const rows = async () => (await database.db.selectFrom('identityDocument').select('id').execute()).length;

test('what a process that died left in storage is removed, once nobody can be writing it any more', async () => {
  const { identityId } = await studio.agreed();
  const put = studio.store.put.bind(studio.store);
  // It lies there, and the process is gone before it counts.
  const dying = Object.assign(Object.create(studio.store) as Studio['store'], {
    put: async (name: string, encrypted: Buffer) => {
      await put(name, encrypted);
      await new Promise(() => undefined);
    },
  });
  void studio.send(identityId, 'front', 'x', studio.deps('manual', { store: dying }));
  await expect.poll(() => studio.store.objects.size).toBe(1);
  studio.home.pass(LEFT_MS);
  expect(await sweep()).toMatchObject({ left: 0, removed: 0 });
  studio.home.pass(1);
  expect(await sweep()).toMatchObject({ left: 1, removed: 1 });
  expect([studio.store.objects.size, await rows()]).toEqual([0, 0]);
});

test('what was given up while it was put there does not count afterwards', async () => {
  const { identityId } = await studio.agreed();
  const put = studio.store.put.bind(studio.store);
  const slow = Object.assign(Object.create(studio.store) as Studio['store'], {
    put: async (name: string, encrypted: Buffer) => {
      studio.home.pass(LEFT_MS + 1);
      await sweep();
      await put(name, encrypted);
    },
  });
  await expect(studio.send(identityId, 'front', 'x', studio.deps('manual', { store: slow }))).rejects.toThrow(
    'too long',
  );
  expect(await documentsOf(database.db, [identityId])).toEqual([]);
});

test('what was given up while it was put there does not count, though it lies there still', async () => {
  const { identityId } = await studio.agreed();
  const put = studio.store.put.bind(studio.store);
  const slow = Object.assign(Object.create(studio.store) as Studio['store'], {
    put: async (name: string, encrypted: Buffer) => {
      await put(name, encrypted);
      await giveUpLeftDocuments(database.db, new Date(studio.home.at.getTime() + 1), studio.home.at);
    },
  });
  const sending = studio.send(identityId, 'front', 'x', studio.deps('manual', { store: slow }));
  await expect(sending).rejects.toThrow('too long');
  expect(await documentsOf(database.db, [identityId])).toEqual([]);
});

test('one that could not be stored is removed only when storage cannot be writing it any more', async () => {
  const { identityId } = await studio.agreed();
  studio.store.away = true;
  await studio.send(identityId, 'front').catch(() => undefined);
  studio.store.away = false;
  expect(await sweep()).toMatchObject({ removed: 0 });
  studio.home.pass(LEFT_MS + 1);
  expect(await sweep()).toMatchObject({ removed: 1 });
});

test('the picture before is removed, the one that counts stays', async () => {
  const { identityId } = await studio.agreed();
  await studio.send(identityId, 'front', 'before');
  await studio.send(identityId, 'front', 'after');
  expect(await sweep()).toMatchObject({ removed: 1, failed: 0 });
  const picture = (await pictureOf(database.db, identityId, 'front'))!;
  expect((await decrypted(studio.deps(), picture)).toString()).toBe('after');
  expect([studio.store.objects.size, await rows()]).toEqual([1, 1]);
});

test('pictures go when their days after the decision are over, those in review stay; what was decided stays', async () => {
  const { identityId } = await studio.submitted();
  studio.home.pass(300 * DAY_MS);
  expect(await sweep()).toMatchObject({ ended: 0, removed: 0 });
  await decideReview(database.db, identityId, { state: 'approved' }, { by: null, at: studio.home.at });
  studio.home.pass(30 * DAY_MS);
  expect(await sweep()).toMatchObject({ ended: 0, removed: 0 });
  studio.home.pass(1);
  expect(await sweep()).toMatchObject({ ended: 3, removed: 3 });
  const review = await database.db
    .selectFrom('identityReview')
    .select('state')
    .where('identityId', '=', identityId)
    .execute();
  expect([review, studio.store.objects.size]).toEqual([[{ state: 'approved' }], 0]);
});

test('what was sent and never submitted goes as well; what was sent anew after a rejection has its own days', async () => {
  const { identityId } = await studio.agreed();
  await studio.send(identityId, 'front');
  const other = await studio.submitted();
  await decideReview(
    database.db,
    other.identityId,
    { state: 'rejected', reasons: ['expired'] },
    { by: null, at: studio.home.at },
  );
  studio.home.pass(29 * DAY_MS);
  await studio.send(other.identityId, 'back', 'new');
  studio.home.pass(DAY_MS + 1);
  expect(await sweep()).toMatchObject({ ended: 3, removed: 4 });
  expect((await documentsOf(database.db, [identityId, other.identityId])).map(({ side }) => side)).toEqual(['back']);
});

test('with whom they are of pictures go', async () => {
  const { identityId } = await studio.submitted();
  const { db } = database;
  await db.deleteFrom('identity').where('id', '=', identityId).execute();
  expect(await sweep()).toMatchObject({ removed: 3 });
  expect([studio.store.objects.size, await rows()]).toEqual([0, 0]);
});

test('a storage that is away loses nothing; what lies in another one is left and complained about', async () => {
  const { identityId } = await studio.agreed();
  await studio.send(identityId, 'front', 'before');
  await studio.send(identityId, 'front', 'after');
  studio.store.away = true;
  expect(await sweep()).toMatchObject({ removed: 0, failed: 1 });
  studio.store.away = false;
  const elsewhere = { placeOf: () => ({ storage: 's3', location: 's3://x/y' }) as never, remove: () => Promise.reject(new Error('never')) }; // prettier-ignore
  faults.length = 0;
  expect(await sweep(undefined, elsewhere)).toMatchObject({ removed: 0, failed: 1 });
  expect(JSON.stringify(faults, (_, value: unknown) => (value instanceof Error ? value.message : value))).toContain(
    'another storage',
  );
  expect(await sweep()).toMatchObject({ removed: 1, failed: 0 });
});

test('after another secret was put first, keys are sealed under it, and the old one may go', async () => {
  const { identityId } = await studio.agreed();
  for (const side of sides) await studio.send(identityId, side);
  const anew = 'a newer secret of tests';
  expect(await sweep(documentKeys([anew]))).toMatchObject({ sealed: 0, failed: 3 });
  expect(await sweep(documentKeys([anew, KEY]))).toMatchObject({ sealed: 3, failed: 0 });
  expect(await sweep(documentKeys([anew, KEY]))).toMatchObject({ sealed: 0 });
  const picture = (await pictureOf(database.db, identityId, 'photo'))!;
  const deps = studio.deps('manual', { keys: documentKeys([anew]) });
  expect((await decrypted(deps, picture)).toString()).toBe('photo');
});
