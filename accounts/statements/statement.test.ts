import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callDetailsOf } from './calls.ts';
import { datesIn, decimal, duration, money, phone } from './formats.ts';
import { StatementFault, statementOf } from './statement.ts';
import { describe } from './wording.ts';

const about = {
  accountId: '1',
  period: { from: new Date(0), until: new Date(9) },
  timeZone: 'America/Los_Angeles',
};
const lineOf = (cents: number) => ({ reference: '1', kind: 'x', at: new Date(1), cents, memo: {} });

test('opening balance and lines come to the closing balance, in every statement there is', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1e9 }),
      fc.array(fc.integer({ min: -1e6, max: 1e6 })),
      (openingCents, moves) => {
        const closingCents = openingCents + moves.reduce((sum, cents) => sum + cents, 0);
        const statement = statementOf(about, { openingCents, closingCents, lines: moves.map(lineOf) });
        expect(openingCents + statement.inCents - statement.outCents).toBe(closingCents);
        expect(statement.lines.at(-1)?.balanceCents ?? openingCents).toBe(closingCents);
      },
    ),
  );
});

test('a statement that is a cent out is not made', () => {
  const facts = { openingCents: 100, closingCents: 151, lines: [lineOf(50)] };
  expect(() => statementOf(about, facts)).toThrow(StatementFault);
});

test('a statement of more cents than can be counted exactly is not made', () => {
  const facts = { openingCents: 2 ** 53, closingCents: 2 ** 53, lines: [] };
  expect(() => statementOf(about, facts)).toThrow(StatementFault);
});

test('whoever said no has declined; what nobody took is missed, what was talked was talked', () => {
  const outcome = (disposition: string, talkSeconds = 0) => {
    const call = { id: 'a', at: new Date(0), facility: 'F', timeZone: 'UTC', number: '+12135550142', billedCents: 0 };
    return callDetailsOf([{ ...call, disposition, talkSeconds }]).attempts[0]?.outcome;
  };
  for (const no of ['refused', 'blocked', 'rejected']) expect(outcome(no)).toBe('declined');
  for (const missed of ['no-answer', 'busy', 'voicemail', 'caller-gone']) expect(outcome(missed)).toBe('missed');
  expect(outcome('refused', 1)).toBe('talked');
});

test('money is written as both languages write it here', () => {
  expect([money(123_450, 'en'), money(123_450, 'es'), money(0, 'es'), money(-5, 'en')]).toEqual([
    '$1,234.50',
    '$1,234.50',
    '$0.00',
    '-$0.05',
  ]);
  expect([decimal(123_450), decimal(-5), decimal(0), decimal(7), decimal(9_007_199_254_740_991)]).toEqual([
    '1234.50',
    '-0.05',
    '0.00',
    '0.07',
    '90071992547409.91',
  ]);
});

test('days are those of the reader’s zone, with their names in the reader’s language', () => {
  const at = new Date('2026-05-02T05:30:00Z');
  const [en, es] = [datesIn('America/Los_Angeles', 'en'), datesIn('America/Los_Angeles', 'es')];
  expect([en.long(at), en.short(at), en.time(at), en.iso(at)]).toEqual(['May 1, 2026', 'May 1, 2026', '10:30 PM', '2026-05-01']); // prettier-ignore
  expect([es.long(at), es.short(at)]).toEqual(['1 de mayo de 2026', '1 may 2026']);
  expect(datesIn('America/New_York', 'en').iso(at)).toBe('2026-05-02');
  expect(() => datesIn('Nowhere/Land', 'en')).toThrow(RangeError);
});

test('durations and telephone numbers', () => {
  expect([0, 5, 780, 3_725].map(duration)).toEqual(['0:00', '0:05', '13:00', '1:02:05']);
  expect([phone('+12135550142'), phone('+525555555555')]).toEqual(['(213) 555-0142', '+525555555555']);
});

test('a posting of an unknown kind is called by its sign', () => {
  expect([describe('video-call', -325, 'es'), describe('new-thing', 1, 'es'), describe('new-thing', -1, 'en')]).toEqual(
    ['Videollamada', 'Depósito', 'Charge'],
  );
});

test('a call that was charged is in the summary even if no talk is known of it', () => {
  const call = {
    id: 'a',
    at: new Date(0),
    facility: 'F',
    timeZone: 'UTC',
    number: '+12135550142',
    disposition: 'restart',
  };
  const details = callDetailsOf([
    { ...call, talkSeconds: 0, billedCents: 25 },
    { ...call, talkSeconds: 0, billedCents: 0 },
  ]);
  expect([details.calls.length, details.totalCents, details.attempts.length]).toEqual([1, 25, 2]);
});
