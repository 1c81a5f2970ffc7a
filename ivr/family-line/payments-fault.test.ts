import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Bank } from '#accounts/testing/bank.ts';
import { openAccount } from '#db/accounts.ts';
import type { TestDatabase } from '#db/testing.ts';
import { startTestDatabase } from '#db/testing.ts';
import type { CardGiven } from '#flows/family-line/ports.ts';
import { SecretDigits } from '#flows/menu/secret-digits.ts';
import type { FamilyLineHouse } from './house.ts';
import { LinePayments } from './payments.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const now = () => new Date('2026-11-28T20:00:00Z');

function digits(typed: string): SecretDigits {
  const into = new SecretDigits();
  for (const digit of typed) into.press(digit);
  return into;
}

it('a charge that was made and cannot be written down is told as one of unknown outcome, and logged', async () => {
  const id = randomUUID();
  await openAccount(server.db, { id, numbers: [], at: now() });
  const bank = new Bank();
  const tokenise = async () => ({ kind: 'token', token: 'tok_1', brand: 'visa', lastFour: '1116' });
  const gateway = Object.assign(bank, { tokenise });
  const noReceipt = () => Promise.reject(new TypeError('no wording for this receipt'));
  const house = { gateway, deposits: { db: server.db, now, onSettled: noReceipt } } as unknown as FamilyLineHouse;
  const logged: object[] = [];
  const payments = new LinePayments(server.db, house, 'call-1', { error: (fields) => void logged.push(fields) });
  const [number, cvv] = [digits('4000001234561116'), digits('123')];
  const card: CardGiven = { kind: 'new', number, cvv, expiry: { year: 2030, month: 4 }, postalCode: '95814' };
  expect(await payments.charge({ id }, 2_500, card)).toEqual({ kind: 'pending' });
  expect(bank.takenCents).toBe(2_500);
  expect(logged).toMatchObject([{ call: 'call-1', err: { message: 'no wording for this receipt' } }]);
});
