import { countText } from '#db/funding.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { freshMobile } from '../funding/testing/counter.ts';
import type { Contact } from '../notices/contact.ts';
import { tellHolder, type RefundNotice } from './notices.ts';

let server: TestDatabase;
let mobile: string;
let told: RefundNotice[];
const at = new Date('2026-05-04T19:00:00Z');
beforeAll(async () => {
  server = await startTestDatabase();
});
beforeEach(() => {
  mobile = freshMobile();
  told = [];
});
afterAll(() => server.stop());

const news = { kind: 'cheque-returned', cents: 700 } as const;
const tell = (contact: Contact | undefined) => {
  const notify = async (_: unknown, notice: RefundNotice) => void told.push(notice);
  const deps = { now: () => at, contactOf: async () => contact, notify };
  return tellHolder(server.db, deps, { key: 'a key', accountId: 'an-account-0042', news });
};

test('the holder is told where they want it, in their language', async () => {
  await tell({ language: 'es', mobile, email: 'family@example.com' });
  const to = { mobile, email: 'family@example.com' };
  expect(told).toEqual([
    { key: 'a key', accountId: 'an-account-0042', accountEnding: '0042', language: 'es', to, news },
  ]);
});

test('a text about a refund is one of the five of its month', async () => {
  for (let n = 0; n < 6; n++) await tell({ language: 'en', mobile, spareEmail: 'family@example.com' });
  expect(told.map(({ to }) => to)).toEqual([
    ...Array.from({ length: 5 }, () => ({ mobile })),
    { email: 'family@example.com' },
  ]);
  expect(await countText(server.db, mobile, at)).toBe(false);
});

test('who has no address, or no texts left and no other, is told nothing, and nothing fails', async () => {
  await tell(undefined);
  await tell({ language: 'en' });
  for (let n = 0; n < 6; n++) await tell({ language: 'en', mobile });
  expect(told).toHaveLength(5);
});
