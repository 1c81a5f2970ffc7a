import { expect, test } from 'vitest';
import { parts } from '../notices/testing/parts.ts';
import type { FundingNews } from './notices.ts';
import { fundingText } from './wording.ts';

const cents = 10_000;
const paid = { cents, reference: '0000012344', balanceCents: 10_500, cardLastFour: '4242' };
const all: readonly FundingNews[] = [
  { kind: 'joined', mode: 'both', amountCents: cents },
  { kind: 'changed', mode: 'both', amountCents: cents },
  { kind: 'left', mode: 'both' },
  { kind: 'autopay-paid', ...paid },
  { kind: 'textpay-paid', ...paid },
  { kind: 'autopay-declined', cents, reason: 'insufficient-funds', suspended: false },
  { kind: 'autopay-declined', cents, reason: 'insufficient-funds', suspended: true },
  { kind: 'textpay-declined', cents, reason: 'insufficient-funds' },
  { kind: 'textpay-asked', cents, balanceCents: 499, expiresAt: new Date(0) },
  { kind: 'balance-low', balanceCents: 499 },
  { kind: 'textpay-paying', cents },
  { kind: 'nothing-to-pay' },
  { kind: 'question-expired' },
  { kind: 'already-paid' },
  { kind: 'card-missing' },
  { kind: 'not-understood' },
  { kind: 'help' },
  { kind: 'texts-stopped' },
];

test.each(['en', 'es'] as const)(
  'every notice has its words in %s, different ones, in at most three parts',
  (language) => {
    const texts = all.map((news) => fundingText({ news, language, accountEnding: '6789' }));
    expect(new Set(texts).size).toBe(all.length - 1); // paid is paid
    for (const text of texts) {
      expect(parts(text), text).toBeLessThanOrEqual(language === 'en' ? 2 : 3);
      expect(text).not.toMatch(/undefined|NaN|\$-/);
    }
  },
);

test('the question names account, balance, amount, the keyword, and that silence charges nothing', () => {
  const news = { kind: 'textpay-asked', cents: 2_000, balanceCents: 425, expiresAt: new Date(0) } as const;
  const text = (language: 'en' | 'es') => fundingText({ news, language, accountEnding: '6789' });
  expect(text('en')).toBe(
    'Balance (account ending 6789): $4.25. Reply PAY to add $20.00 from your saved card. No reply, no charge. STOP to end.',
  );
  expect(text('es')).toContain('(cuenta 6789): $4.25. Responda PAGAR para depositar $20.00');
  expect(parts(text('en'))).toBe(1);
});

test('who joins hears what it costs and how to end it: row 45', () => {
  const news = { kind: 'joined', mode: 'textpay', amountCents: 2_000 } as const;
  expect(fundingText({ news, language: 'en' })).toMatch(/\$20\.00 .*fee \$0\.00.*rates may apply.*5 msgs\/month.*STOP/);
  expect(fundingText({ news, language: 'es' })).toMatch(/\$20\.00 .*cargo \$0\.00.*tarifas.*5 mensajes\/mes.*STOP/);
});
