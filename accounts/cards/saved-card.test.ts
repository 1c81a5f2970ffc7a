import { openAccount } from '#db/accounts.ts';
import { currentCard } from '#db/cards.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { brokenConstraint } from '#db/unavailable.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CardToken } from './gateway.ts';
import { removeCard, saveCard, shownCard } from './saved-card.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });
let server: TestDatabase;
const at = new Date('2026-05-15T12:00:00Z');
beforeAll(async () => {
  server = await startTestDatabase();
  for (const id of ['a', 'b', 'c']) await openAccount(server.db, { id, numbers: [], at });
});
afterAll(() => server.stop());

const shape = { brand: 'visa', lastFour: '4242', expiryMonth: 4, expiryYear: 2027 } as const;
const card = (token: string): CardToken => ({ token, funding: 'credit', ...shape });
const agreed = { version: '2026-01', at, by: 'web' } as const;
const save = (accountId: string, token: string, over = {}) =>
  saveCard(server.db, { accountId, card: card(token), agreed, at, ...over });

test('a card is saved under the agreement in force, shown, and replaced by the next', async () => {
  expect(await save('a', 'one')).toEqual({ kind: 'saved' });
  expect(await save('a', 'two')).toEqual({ kind: 'saved', replaced: 'one' });
  expect(await shownCard(server.db, 'a', at)).toEqual({ ...shape, expired: false });
  expect(await currentCard(server.db, 'a')).toMatchObject({ token: 'two', agreementVersion: '2026-01', agreedAt: at });
});

test('without the agreement in force nothing is saved', async () => {
  for (const wrong of [
    { version: '2025-01' },
    { at: new Date('2025-12-31T00:00:00Z') },
    { at: new Date('2027-01-01') },
  ])
    expect(await save('b', 'x', { agreed: { ...agreed, ...wrong } })).toMatchObject({
      reason: 'agreement-not-current',
    });
  expect(await shownCard(server.db, 'b', at)).toBeUndefined();
});

test('a card stays while AutoPay stands on it', async () => {
  await save('b', 'kept');
  const remove = (inUse: boolean) =>
    removeCard(server.db, { accountId: 'b', at, standsOnIt: () => Promise.resolve(inUse) });
  expect([await remove(true), await remove(false), await remove(false)]).toEqual([
    { kind: 'in-use' },
    { kind: 'removed', token: 'kept' },
    { kind: 'none' },
  ]);
});

test('the database takes no card number for a token or a last four', async () => {
  for (const number of ['4242424242424242', '4242 4242 4242 4242', 'x4242-4242-4242-4242y'])
    expect(brokenConstraint(await save('c', number).catch((error: unknown) => error))).toBe('card_token_check');
  const long = { card: { ...card('fine'), lastFour: '4242424242424242' } };
  expect(brokenConstraint(await save('c', '', long).catch((error: unknown) => error))).toBe('last_four_check');
});
