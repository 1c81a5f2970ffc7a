import { expect, test } from 'vitest';
import { parts } from '../notices/testing/parts.ts';
import type { PaidBy, ReceiptNews } from './receipt.ts';
import { receiptMail, receiptText } from './wording.ts';

const at = new Date('2026-09-30T19:00:00Z');
const rails: readonly PaidBy[] = [
  { kind: 'card', brand: 'visa', lastFour: '4242' },
  { kind: 'card', brand: 'mastercard', lastFour: '4444' },
  ...(
    ['personal-cheque', 'money-order', 'cashiers-cheque', 'bank-bill-pay', 'moneygram', 'western-union'] as const
  ).map((kind) => ({ kind })),
];
const paid = { cents: 123_456, reference: '0000012344', at };
const deposited = (by: PaidBy): ReceiptNews => ({ kind: 'deposited', ...paid, balanceCents: 200_000, by });
const bounced = (owedCents: number): ReceiptNews => ({
  ...{ kind: 'payment-returned', ...paid, takenCents: 100_000, owedCents, by: { kind: 'personal-cheque' } },
});
const returned = (by: PaidBy): ReceiptNews => ({
  ...{ kind: 'deposited-after-closing', ...paid, by, due: { from: '2026-09-28', until: '2026-09-30' } },
});

test.each(['en', 'es'] as const)('every receipt has its words in %s, in at most three parts of a text', (language) => {
  const texts = [...rails.map(deposited), ...rails.slice(0, 1).map(returned), bounced(0), bounced(23_456)].map((news) =>
    receiptText(news, language, '0042'),
  );
  expect(new Set(texts).size).toBe(texts.length);
  for (const text of texts) {
    expect(parts(text), text).toBeLessThanOrEqual(language === 'en' ? 2 : 3);
    expect(text).toContain('0042');
    expect(text).toContain('0000012344');
    expect(text).not.toMatch(/undefined|NaN/);
  }
});

test('the e-mail in Spanish', () => {
  expect(receiptMail(deposited({ kind: 'card', brand: 'mastercard', lastFour: '4444' }), 'es', '0042')).toEqual({
    subject: 'Homeline: recibo por $1,234.56',
    body: [
      ...['Gracias. Recibimos su depósito.', '', 'Monto: $1,234.56', 'Cargo: $0.00', 'Total: $1,234.56'],
      ...['Pagado con: Mastercard 4444', 'Cuenta terminada en: 0042', 'Fecha: 30 sept 2026'],
      ...['Nuevo balance: $2,000.00', 'Número de transacción: 0000012344', ''],
    ].join('\n'),
  });
});

test('what comes back is told in both languages', () => {
  const news = returned({ kind: 'card', brand: 'visa', lastFour: '4242' });
  expect(receiptText(news, 'en', '0042')).toBe(
    'Homeline: $1,234.56 from Visa ending 4242 came after your account ending 0042 was closed, Sep 30, 2026. It goes back to the card between September 28, 2026 and September 30, 2026. Ref 0000012344.',
  );
  expect(receiptMail(news, 'en', '0042')).toEqual({
    subject: 'Homeline: $1,234.56 goes back to your card',
    body: `${receiptText(news, 'en', '0042')}\n`,
  });
});

test('a payment that the bank took back is told in both languages, and what is owed', () => {
  expect(receiptText(bounced(0), 'en', '0042')).toBe(
    'Homeline: the bank returned your check of $1,234.56, Sep 30, 2026. $1,000.00 was taken from your account ending 0042. Ref 0000012344.',
  );
  expect(receiptText(bounced(23_456), 'es', '0042')).toBe(
    'Homeline: el banco devolvió su cheque de $1,234.56, 30 sept 2026. Se retiraron $1,000.00 de su cuenta 0042. Usted debe $234.56. Ref 0000012344.',
  );
  expect(receiptMail(bounced(0), 'es', '0042').subject).toBe('Homeline: se devolvió un pago');
});

test('a payment that was not made is told in both languages, in one part', () => {
  const news: ReceiptNews = { kind: 'not-charged', cents: 10_000, at };
  expect(receiptText(news, 'en', '0042')).toBe(
    'Homeline: your payment of $100.00 to the account ending 0042, Sep 30, 2026, was not made. Nothing was charged.',
  );
  expect(receiptText(news, 'es', '0042')).toBe(
    'Homeline: su pago de $100.00 a la cuenta 0042, 30 sept 2026, no se realizó. No se le cobró nada.',
  );
  expect(receiptMail(news, 'es', '0042').subject).toBe('Homeline: no se le cobró nada');
  expect(parts(receiptText(news, 'en', '0042'))).toBe(1);
  expect(parts(receiptText(news, 'es', '0042'))).toBeLessThanOrEqual(2);
});
