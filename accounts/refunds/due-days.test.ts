import { refundTermsOn } from '#db/refund-terms.ts';
import { startTestDatabase } from '#db/testing.ts';
import { expect, test, vi } from 'vitest';
import { businessDayAfter, dayOf, dueDays, dueDaysOf } from './due-days.ts';

vi.setConfig({ testTimeout: 30_000 });

const none = new Set<string>();
const terms = { cardDays: { min: 10, max: 12 }, chequeDays: { min: 14, max: 21 } };

test.each([
  ['a Friday', '2026-05-01', 1, '2026-05-04'],
  ['a Saturday', '2026-05-02', 1, '2026-05-04'],
  ['a Sunday', '2026-05-03', 1, '2026-05-04'],
  ['a Monday', '2026-05-04', 5, '2026-05-11'],
  ['a Monday', '2026-05-04', 0, '2026-05-04'],
])('%s, %s, and %i business days are %s', (_, day, count, then) => {
  expect(businessDayAfter(day, count, none)).toBe(then);
});

test('a bank holiday is no business day, one on a weekend takes nothing away', () => {
  expect(businessDayAfter('2026-05-22', 1, new Set(['2026-05-25']))).toBe('2026-05-26');
  expect(businessDayAfter('2026-05-22', 1, new Set(['2026-05-23']))).toBe('2026-05-25');
});

test('a card in 10 to 12 business days, a cheque in two to three weeks (guide rows 50, 51)', () => {
  expect(dueDaysOf('2026-05-04', terms, none)).toEqual({
    card: { from: '2026-05-18', until: '2026-05-20' },
    cheque: { from: '2026-05-18', until: '2026-05-25' },
  });
});

test('the day is that of the house, on the Pacific coast', () => {
  expect(dayOf(new Date('2026-05-02T06:59:59Z'))).toBe('2026-05-01');
  expect(dayOf(new Date('2026-05-02T07:00:00Z'))).toBe('2026-05-02');
});

test('terms and holidays are data: Thanksgiving and Christmas delay, later terms count from their day', async () => {
  const server = await startTestDatabase();
  const { db } = server;
  // Ten business days from the Friday before Thanksgiving week pass Thursday the 26th.
  expect((await dueDays(db, new Date('2026-11-20T20:00:00Z'))).card).toEqual({
    from: '2026-12-07',
    until: '2026-12-09',
  });
  // The Fourth of July of 2027 is a Sunday: the banks are closed on the Monday. That of 2026 is a Saturday: they are not.
  const { holidays } = await refundTermsOn(db, '2027-06-20');
  expect([...holidays]).toContain('2027-07-05');
  expect([...(await refundTermsOn(db, '2026-06-20')).holidays]).not.toContain('2026-07-03');
  const later = {
    inForceFrom: new Date('2027-01-01'),
    cardDaysMin: 2,
    cardDaysMax: 3,
    chequeDaysMin: 5,
    chequeDaysMax: 6,
  };
  await db
    .insertInto('refundTerms')
    .values({ ...later, inactiveDays: 365 })
    .execute();
  expect((await dueDays(db, new Date('2026-12-31T20:00:00Z'))).card.from).toBe('2027-01-15');
  expect((await dueDays(db, new Date('2027-01-01T20:00:00Z'))).card.from).toBe('2027-01-05');
  await expect(refundTermsOn(db, '2019-12-31')).rejects.toThrow('no refund terms');
  await server.stop();
});
