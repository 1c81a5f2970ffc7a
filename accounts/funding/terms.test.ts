import fc from 'fast-check';
import { expect, test } from 'vitest';
import { usMobile } from './mobile.ts';
import { termsOf, type FundingChoice } from './terms.ts';
import { choice } from './testing/counter.ts';

const at = new Date('2026-05-01T12:00:00Z');

test.each([
  ['2135550142', '+12135550142'],
  ['(213) 555-0142', '+12135550142'],
  ['1-213-555-0142', '+12135550142'],
  ['+1 213 555 0142', '+12135550142'],
  [' 213.555.0142 ', '+12135550142'],
  ['787 555 0142', '+17875550142'],
])('%s is the mobile %s', (written, number) => {
  expect(usMobile(written)).toEqual({ kind: 'mobile', number });
});

test.each([
  ['+52 81 1234 5678', 'foreign-mobile'],
  ['+44 20 7946 0000', 'foreign-mobile'],
  ['416 555 0142', 'foreign-mobile'], // Toronto
  ['800 555 0142', 'not-a-mobile'],
  ['900 555 0142', 'not-a-mobile'],
  ['213 555 01', 'invalid-mobile'],
  ['1 113 555 0142', 'invalid-mobile'],
  ['911', 'invalid-mobile'],
  ['213 555 0142 ext. 5', 'invalid-mobile'],
  ['', 'invalid-mobile'],
  ['my mobile', 'invalid-mobile'],
])('%s is refused: %s', (written, reason) => {
  expect(usMobile(written)).toEqual({ kind: 'refused', reason });
});

test('no text whatever makes it throw, or lets through what is no US number', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\+?[0-9 ()-]{0,20}$/)), (written) => {
      const read = usMobile(written);
      if (read.kind === 'mobile') expect(read.number).toMatch(/^\+1[2-9]\d{2}[2-9]\d{6}$/);
    }),
  );
});

test.each<[string, Partial<FundingChoice>]>([
  ['below-minimum', { amountCents: 400 }],
  ['below-minimum', { amountCents: 0 }],
  ['above-maximum', { amountCents: 10_100 }],
  ['not-whole-dollars', { amountCents: 550 }],
  ['fraction-of-a-cent', { amountCents: 500.5 }],
  ['negative', { amountCents: -500 }],
  ['not-an-amount', { amountCents: NaN }],
  ['mobile-needed', { mode: 'textpay' }],
  ['mobile-needed', { mode: 'both', mobile: ' ' }],
  ['mobile-needed', { notices: 'text' }],
  ['foreign-mobile', { mode: 'textpay', mobile: '+52 81 1234 5678' }],
  ['foreign-mobile', { mobile: '+52 81 1234 5678' }],
  ['email-needed', { email: undefined }],
  ['email-needed', { notices: 'both', mobile: '2135550142', email: '' }],
  ['invalid-email', { email: 'family' }],
  ['invalid-email', { email: 'a b@example.com' }],
  ['invalid-email', { email: 'a@example.com\nBcc: b@example.com' }],
  ['agreement-not-accepted', { agreementVersion: '' }],
])('a choice is refused: %s', (reason, over) => {
  expect(termsOf(choice(over), at)).toEqual({ kind: 'refused', reason });
});

test('from $5 to $100 in whole dollars, with the agreement and its time', () => {
  for (const amountCents of [500, 10_000])
    expect(termsOf(choice({ amountCents, mobile: '(213) 555-0142' }), at)).toMatchObject({
      kind: 'terms',
      terms: { amountCents, mobile: '+12135550142', agreement: { version: '2026-01', at } },
    });
});
