import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { closeAccount, openAccount } from '#db/accounts.ts';
import { addCard, cardsOf, currentCard, type NewSavedCard } from '#db/cards.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { agreementAt, agreements, type Agreement } from './agreement.ts';
import type { TokenisedCard } from './gateway.ts';
import { removeCard, replaceCard, saveCard, type CardToSave, type SavedCardDeps } from './saved-card.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let server: TestDatabase;
let now: Date;
const deps = (): SavedCardDeps => ({ db: server.db, now: () => now });
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());
beforeEach(() => (now = new Date('2026-05-01T12:00:00Z')));

async function account(): Promise<string> {
  const id = randomUUID();
  await openAccount(server.db, { id, numbers: [], at: now });
  return id;
}
const card: TokenisedCard = {
  token: 'tok_a',
  brand: 'visa',
  lastFour: '4242',
  expiryMonth: 12,
  expiryYear: 2030,
  funding: 'debit',
};
const order = (accountId: string, change: Partial<CardToSave> = {}): CardToSave => ({
  accountId,
  card,
  agreement: { version: '2026-01-01', at: now },
  channel: 'web',
  ...change,
});
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
const unused = async () => false;

test('a card is saved with the agreement, its time and the channel, and is the one the account pays with', async () => {
  const id = await account();
  expect(await currentCard(server.db, id)).toBeUndefined();
  await saveCard(deps(), order(id));
  expect(await currentCard(server.db, id)).toMatchObject({
    ...card,
    agreementVersion: '2026-01-01',
    agreedAt: now,
    channel: 'web',
    savedAt: now,
    removedAt: null,
  });
});

test('of many cards saved at once one is, and of many replacements each follows another', async () => {
  const id = await account();
  const many = (work: typeof saveCard) =>
    Promise.all(
      Array.from({ length: 8 }, (_, n) => refusal(work(deps(), order(id, { card: { ...card, token: `tok_${n}` } })))),
    );
  expect((await many(saveCard)).sort()).toEqual([...Array<string>(7).fill('already-saved'), 'done']);
  expect(await many(replaceCard)).toEqual(Array(8).fill('done'));
  const cards = await cardsOf(server.db, id);
  expect(cards).toHaveLength(9);
  expect(cards.filter(({ removedAt }) => removedAt === null)).toHaveLength(1);
});

test('the database keeps an account from having two cards, whoever writes them', async () => {
  const id = await account();
  const { agreement, channel } = order(id);
  const row: NewSavedCard = {
    accountId: id,
    ...card,
    agreementVersion: agreement.version,
    agreedAt: now,
    channel,
    savedAt: now,
  };
  await addCard(server.db, row);
  await expect(addCard(server.db, row)).rejects.toMatchObject({ constraint_name: 'saved_card_current' });
});

test('a card that AutoPay or TextPay pays with is not removed, and is replaced', async () => {
  const id = await account();
  await saveCard(deps(), order(id));
  expect(await refusal(removeCard(deps(), id, async () => true))).toBe('card-in-use');
  await replaceCard(deps(), order(id, { card: { ...card, token: 'tok_b' } }));
  expect((await currentCard(server.db, id))?.token).toBe('tok_b');
  await removeCard(deps(), id, unused);
  expect(await currentCard(server.db, id)).toBeUndefined();
  expect(await refusal(removeCard(deps(), id, unused))).toBe('no-card');
  expect(await refusal(replaceCard(deps(), order(id)))).toBe('no-card');
});

test('the agreement is the one in force when it was agreed to, within the hour', async () => {
  const id = await account();
  const next: Agreement = { version: '2026-05-01', from: new Date('2026-05-01T11:30:00Z'), text: { en: '', es: '' } };
  const renewed: SavedCardDeps = { ...deps(), agreements: [...agreements, next] };
  const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
  const agree = (version: string, at: Date) => refusal(saveCard(renewed, order(id, { agreement: { version, at } })));
  expect(await agree('2026-01-01', ago(0))).toBe('agreement-not-current');
  expect(await agree('2026-05-01', ago(31))).toBe('agreement-not-current');
  expect(await agree('2026-01-01', ago(61))).toBe('agreement-not-current');
  expect(await agree('2026-05-01', ago(-1))).toBe('agreement-not-current');
  expect(await agree('2026-05-01', new Date(NaN))).toBe('agreement-not-current');
  expect(await agree('2026-01-01', ago(31))).toBe('done');
});

test('an expired card, an account that is closed or that is not there, is refused', async () => {
  const id = await account();
  expect(await refusal(saveCard(deps(), order(id, { card: { ...card, expiryYear: 2026, expiryMonth: 4 } })))).toBe('card-expired'); // prettier-ignore
  expect(await refusal(saveCard(deps(), order('nobody')))).toBe('unknown-account');
  await saveCard(deps(), order(id));
  await closeAccount(server.db, id, now);
  expect(await refusal(replaceCard(deps(), order(id)))).toBe('account-closed');
  expect(await refusal(removeCard(deps(), id, unused))).toBe('done');
});

test('no column takes a card number, and the error that says so does not have it either', async () => {
  const id = await account();
  const { agreement, channel } = order(id);
  const row: NewSavedCard = {
    accountId: id,
    ...card,
    agreementVersion: agreement.version,
    agreedAt: now,
    channel,
    savedAt: now,
  };
  const number = '4242424242424242';
  const written = [number, '4242 4242 4242 4242', '4242-4242-4242-4242', `tok_${number}`, '4222222222222'];
  const tries = [
    ...written.map((token) => ({ token })),
    ...(['brand', 'lastFour', 'funding', 'agreementVersion', 'channel'] as const).map((column) => ({
      [column]: number,
    })),
  ];
  for (const change of tries) {
    const error: unknown = await addCard(server.db, { ...row, ...change }).catch((thrown: unknown) => thrown);
    expect(error, JSON.stringify(Object.keys(change))).toMatchObject({ code: '23514' });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/42424242|4222222222222|4242 4242/);
  }
});

test('every agreement says in both languages that there is no fee, and each follows the one before', () => {
  for (const [index, { version, from, text }] of agreements.entries()) {
    expect(version).toBe(from.toISOString().slice(0, 10));
    expect(text.en).toContain('There is no fee');
    expect(text.es).toContain('No hay ningún cargo');
    expect(agreementAt(from)?.version).toBe(version);
    expect(agreementAt(new Date(from.getTime() - 1))?.version).toBe(agreements[index - 1]?.version);
  }
});
