import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { forgetIdentityLeavings } from '#db/forget-identities.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { IdentityDeps } from '../ports.ts';
import { beginSignUp } from '../register.ts';
import { Home, otherThan, PASSWORD, twice } from '../testing/home.ts';
import { answerImage, IMAGE_MS, IMAGE_TRIES, newImage, saidImage } from './image.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let database: TestDatabase;
let home: Home;
let deps: IdentityDeps;
const said: string[] = [];
beforeAll(async () => void (database = await startTestDatabase()));
afterAll(() => database.stop());
beforeEach(async () => {
  home = new Home(database.db);
  said.length = 0;
  const say = async (digits: string, language: string) => (said.push(`${language} ${digits}`), Buffer.from('RIFF'));
  deps = { ...(await home.deps()), images: { say } };
});

const shown = () => newImage(database.db, deps);
const answer = (id: string, digits: string) => answerImage(database.db, deps, { id, digits });
const begin = (email: string, over: object = {}) =>
  beginSignUp(database.db, deps, { email: twice(email), password: twice(PASSWORD), language: 'en', ...over });

test('the right digits are good once', async () => {
  const { id, picture, expiresAt } = await shown();
  expect(picture.subarray(1, 4).toString()).toBe('PNG');
  expect(expiresAt.getTime()).toBe(home.at.getTime() + IMAGE_MS);
  const digits = deps.keys.imageDigits(id);
  expect(digits).toMatch(/^\d{6}$/);
  expect(await answer(id, otherThan(digits))).toBe('wrong');
  const all = await Promise.all([answer(id, digits), answer(id, digits), answer(id, digits)]);
  expect(all.sort()).toEqual(['over', 'over', 'right']);
  expect(await answer(id, digits)).toBe('over');
});

test('it is tried five times in all, however many try at once', async () => {
  const { id } = await shown();
  const digits = deps.keys.imageDigits(id);
  const tries = await Promise.all(Array.from({ length: IMAGE_TRIES + 3 }, () => answer(id, otherThan(digits))));
  expect(tries.filter((one) => one === 'wrong')).toHaveLength(IMAGE_TRIES);
  expect(await answer(id, digits)).toBe('over');
});

test('its time is over after ten minutes, and it is forgotten', async () => {
  const { id } = await shown();
  home.pass(IMAGE_MS - 1);
  expect(await saidImage(database.db, deps, id, 'es')).toEqual(Buffer.from('RIFF'));
  expect(said).toEqual([`es ${deps.keys.imageDigits(id)}`]);
  const kept = async () => (await database.db.selectFrom('verificationImage').select('id').execute()).some((row) => row.id === id); // prettier-ignore
  await forgetIdentityLeavings(database.db, home.at);
  expect(await kept()).toBe(true);
  home.pass(1);
  expect(await answer(id, deps.keys.imageDigits(id))).toBe('over');
  expect(await saidImage(database.db, deps, id, 'en')).toBeUndefined();
  await forgetIdentityLeavings(database.db, home.at);
  expect(await kept()).toBe(false);
});

test('the digits of one are not those of another, nor of what is mailed under the same id', () => {
  const [one, two] = ['7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c', '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3d'];
  const { keys } = home;
  expect(keys.imageDigits(one)).toBe(keys.imageDigits(one));
  expect(keys.imageDigits(one)).not.toBe(keys.imageDigits(two));
  expect(keys.imageDigits(one)).not.toBe(keys.mailed(one).code);
});

test('who registers reads one, and what is wrong with their words is said first', async () => {
  expect(await begin('one@example.com')).toEqual({ kind: 'not-read', why: 'missing' });
  const { id } = await shown();
  const digits = deps.keys.imageDigits(id);
  const refused = await begin('one', { image: { id, digits } });
  expect(refused.kind).toBe('refused');
  expect(await begin('one@example.com', { image: { id, digits: otherThan(digits) } })).toEqual({ kind: 'not-read', why: 'wrong' }); // prettier-ignore
  expect((await begin('one@example.com', { image: { id, digits } })).kind).toBe('begun');
  expect(await begin('two@example.com', { image: { id, digits } })).toEqual({ kind: 'not-read', why: 'over' });
  const unknown = { id: '7f3f8e0e-5e0e-4a4e-9a56-0a7a4c1a2b3c', digits };
  expect(await begin('two@example.com', { image: unknown })).toEqual({ kind: 'not-read', why: 'over' });
});

test('the same request again begins the same registration, though its picture is used', async () => {
  const { id } = await shown();
  const order = { image: { id, digits: deps.keys.imageDigits(id) }, idempotencyKey: 'a key of tests 1' };
  const first = await begin('three@example.com', order);
  expect(first.kind).toBe('begun');
  expect(await begin('three@example.com', order)).toEqual(first);
  expect((await begin('four@example.com', order)).kind).toBe('key-reused');
});

test('where nobody is asked for it, nobody needs one', async () => {
  const without = await home.deps();
  const beginning = { email: twice('five@example.com'), password: twice(PASSWORD), language: 'en' } as const;
  expect((await beginSignUp(database.db, without, beginning)).kind).toBe('begun');
});
