import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { openingAt } from './hours.ts';

let server: TestDatabase;
beforeAll(async () => {
  server = await startTestDatabase();
  await server.db
    .insertInto('deskHoliday')
    .values([
      { day: '2026-12-25', name: 'Christmas Day', opens: null, closes: null },
      { day: '2026-12-24', name: 'Christmas Eve', opens: '05:00', closes: '12:00' },
    ])
    .execute();
  // From February 2027 on nobody is there on Mondays, and on Tuesdays later.
  await server.db
    .insertInto('deskHours')
    .values([{ inForceFrom: '2027-02-01', weekday: 2, opens: '08:30', closes: '21:00' }])
    .execute();
});
afterAll(() => server.stop());

const usual = { opens: '05:00', closes: '21:00' };
const closed = (holiday = false, hours: object | null = usual) => ({
  kind: 'closed',
  holiday,
  usual: hours ?? undefined,
});
const open = { kind: 'open' };

/** Guide row 25: every day from 5:00 to 21:00, Pacific time. */
describe('the hours of the agents', () => {
  it.each<[string, string, unknown]>([
    ['before five in winter', '2026-11-28T12:59:59Z', closed()],
    ['at five in winter', '2026-11-28T13:00:00Z', open],
    ['on a Sunday', '2026-11-29T20:00:00Z', open],
    ['at a minute to nine in the evening, which is another day in Greenwich', '2026-11-29T04:59:59Z', open],
    ['at nine in the evening', '2026-11-29T05:00:00Z', closed()],
    ['before five in summer', '2026-07-01T11:59:00Z', closed()],
    ['at five in summer', '2026-07-01T12:00:00Z', open],
    ['on the morning that the clock was put forward', '2026-03-08T12:00:00Z', open],
    ['on a holiday', '2026-12-25T20:00:00Z', closed(true)],
    ['on the morning of a short day', '2026-12-24T19:59:00Z', open],
    ['on the afternoon of a short day', '2026-12-24T20:00:00Z', closed(true)],
    ['a day before other hours are in force', '2027-01-31T20:00:00Z', open],
    ['on a day that the version in force has not', '2027-02-01T20:00:00Z', closed(false, null)],
    [
      'at the old hour of a day that begins later',
      '2027-02-02T16:29:00Z',
      closed(false, { opens: '08:30', closes: '21:00' }),
    ],
    ['at its new one', '2027-02-02T16:30:00Z', open],
    ['before any hours were kept', '2024-06-01T20:00:00Z', closed(false, null)],
  ])('%s', async (_what, instant, opening) => {
    expect(await openingAt(server.db, new Date(instant))).toEqual(opening);
  });
});
