import sharp from 'sharp';
import { CONSENT } from '#accounts/documents/consent.ts';
import { DarkroomProcess } from '#accounts/documents/darkroom.ts';
import { decrypted, pictureOf } from '#accounts/documents/shown.ts';
import { locatedPicture } from '#accounts/documents/testing/pictures.ts';
import { Household } from '#api/family/testing/household.ts';
import { s3Storage } from '#media/recordings/s3-storage.ts';
import { startS3StandIn } from '#media/recordings/testing/s3-stand-in.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { documentsOf } from './documents.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let household: Household;
let bucket: Awaited<ReturnType<typeof startS3StandIn>>;
let darkroom: DarkroomProcess;
let documents: ReturnType<typeof documentsOf>;
let close = (): void => undefined;
beforeAll(async () => {
  household = await Household.open();
  bucket = await startS3StandIn();
  const storage = s3Storage({ ...bucket, region: 'us-west-2', silenceMs: 2_000 });
  darkroom = new DarkroomProcess();
  documents = {
    ...documentsOf({ DOCUMENT_KEYS: 'a-secret-of-pictures-of-tests', ID_REVIEW: 'manual' }, storage, darkroom),
    now: () => household.home.at,
  };
  Object.assign(household.house, { documents });
  close = () => storage.close();
});
afterAll(async () => {
  darkroom.close();
  close();
  await bucket.close();
  await household.close();
});

test('what a family sends lies in a bucket as nothing that can be looked at, and comes back as a picture without its place', async () => {
  const family = await household.family();
  await family.told('PUT', '/v1/me/documents/consent', { version: CONSENT.version, language: 'en' });
  const sent = await locatedPicture();
  const send = (headers = {}) =>
    family.bytes('PUT', '/v1/me/documents/front', sent, { 'content-type': 'image/jpeg', ...headers });
  bucket.misbehave('PUT', { kind: 'status', status: 503, code: 'SlowDown' });
  expect((await send()).statusCode).toBe(503);
  expect(bucket.objects.size).toBe(0);
  bucket.misbehave('PUT', { kind: 'turn-bit' });
  expect((await send()).statusCode).toBe(503);
  const { body } = await family.told('GET', '/v1/me/documents');
  expect(body).toMatchObject({ state: 'open', pictures: [] });
  expect((await send()).statusCode).toBe(200);

  const picture = await pictureOf(household.database.db, family.who.identityId, 'front');
  if (!picture) throw new Error('There is no picture.');
  const object = bucket.objects.get(picture.name) ?? Buffer.alloc(0);
  expect(object.length).toBe(picture.bytes);
  await expect(sharp(object).metadata()).rejects.toThrow();
  for (const word of ['JFIF', 'Exif', 'Secret']) expect(object.includes(word)).toBe(false);
  const shown = await sharp(await decrypted(documents, picture)).metadata();
  expect(shown).toMatchObject({ format: 'jpeg', width: 700, height: 900 });
  expect(shown.exif).toBeUndefined();
});
