import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { addOptOut } from '#db/text-opt-outs.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freshMobile } from '../funding/testing/counter.ts';
import { withinMonth } from './contact.ts';

let server: TestDatabase;
let mobile: string;
const may = new Date('2026-05-20T12:00:00Z');
const email = 'family@example.com';
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  mobile = freshMobile();
});
afterAll(() => server.stop());

const where = (to: Parameters<typeof withinMonth>[1], at = may) => withinMonth(server.db, to, at);
const useUp = async () => {
  for (let n = 0; n < 5; n++) expect(await where({ mobile })).toEqual({ mobile });
};

test('five texts a month go to a mobile, also when ten ask at once; the next month begins anew', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => where({ mobile, email })));
  expect(all.filter((to) => to.mobile === mobile)).toHaveLength(5);
  expect(all.every((to) => to.email === email)).toBe(true);
  // Midnight in California.
  expect(await where({ mobile }, new Date('2026-06-01T06:59:59Z'))).toEqual({});
  expect(await where({ mobile }, new Date('2026-06-01T07:00:00Z'))).toEqual({ mobile });
});

test('who wants texts alone is told by e-mail when they are used up, if there is an address', async () => {
  await useUp();
  expect(await where({ mobile, spareEmail: email })).toEqual({ email });
  expect(await where({ mobile })).toEqual({});
  expect(await where({ mobile, email, spareEmail: 'other@example.com' })).toEqual({ email });
});

test('the spare address is not used while there are texts, nor by those who want none', async () => {
  expect(await where({ mobile, spareEmail: email })).toEqual({ mobile });
  expect(await where({ spareEmail: email })).toEqual({});
  expect(await where({ email, spareEmail: 'other@example.com' })).toEqual({ email });
});

test('a mobile that opted out gets none, and none is counted', async () => {
  await addOptOut(server.db, mobile, may);
  expect(await where({ mobile, email })).toEqual({ email });
  expect(await where({ mobile, spareEmail: email })).toEqual({ email });
  const counted = server.db.selectFrom('fundingTextMonth').selectAll().where('mobile', '=', mobile);
  expect(await counted.execute()).toEqual([]);
});
