import { randomUUID } from 'node:crypto';
import { openAccount } from '#db/accounts.ts';
import { addCard, removeCurrentCard } from '#db/cards.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cardOnFile } from './card-on-file.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

test('the card that is charged is the saved one, while it is in date', async () => {
  const { db } = server;
  const accountId = randomUUID();
  const at = new Date('2026-05-01T12:00:00Z');
  await openAccount(db, { id: accountId, numbers: [], at });
  expect(await cardOnFile(db, accountId, at)).toEqual({ kind: 'none' });

  const card = {
    token: `tok_${'a'.repeat(24)}`,
    brand: 'visa',
    lastFour: '4242',
    expiryMonth: 5,
    expiryYear: 2026,
  } as const;
  const agreed = { agreementVersion: '2026-01-01', agreedAt: at, channel: 'web', savedAt: at } as const;
  await addCard(db, { accountId, ...card, funding: 'credit', ...agreed });
  const { token, brand, lastFour } = card;
  expect(await cardOnFile(db, accountId, at)).toEqual({ kind: 'card', card: { token, brand, lastFour } });
  // Good to the end of May in US Pacific time.
  expect((await cardOnFile(db, accountId, new Date('2026-06-01T06:59:59Z'))).kind).toBe('card');
  expect(await cardOnFile(db, accountId, new Date('2026-06-01T07:00:00Z'))).toEqual({ kind: 'expired' });

  await removeCurrentCard(db, accountId, at);
  expect(await cardOnFile(db, accountId, at)).toEqual({ kind: 'none' });
});
