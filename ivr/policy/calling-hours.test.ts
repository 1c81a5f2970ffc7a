import type { CallingHours } from '#db/facilities.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOpen, secondsOpen } from './calling-hours.ts';

const losAngeles = 'America/Los_Angeles';
const day = (from: string, to: string) => [{ from, to }];
const open = (hours: CallingHours, zone: string, at: string) => isOpen(hours, zone, new Date(at));

describe('calling hours on an ordinary day', () => {
  // 2026-11-23 is a Monday; Los Angeles is eight hours behind UTC.
  const monday: CallingHours = { mon: day('08:00', '21:00') };
  test.each([
    ['2026-11-23T15:59:59.999Z', false],
    ['2026-11-23T16:00:00Z', true],
    ['2026-11-24T04:59:59.999Z', true],
    ['2026-11-24T05:00:00Z', false],
    ['2026-11-24T16:00:00Z', false],
    ['2026-11-22T16:00:00Z', false],
  ])('%s is open: %s', (at, expected) => {
    expect(open(monday, losAngeles, at)).toBe(expected);
  });

  test.each(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((name, index) => [name, index] as const))(
    '%s is the day it says',
    (name, index) => {
      for (let days = 0; days < 7; days++) {
        const noon = new Date(Date.UTC(2026, 10, 23 + days, 20)); // noon in Los Angeles
        expect(isOpen({ [name]: day('00:00', '24:00') }, losAngeles, noon)).toBe(days === index);
      }
    },
  );

  test('the same instant is another hour in another zone', () => {
    const hours = { mon: day('20:00', '21:00') };
    expect(open(hours, 'America/New_York', '2026-11-24T01:30:00Z')).toBe(true);
    expect(open(hours, losAngeles, '2026-11-24T01:30:00Z')).toBe(false);
    expect(open({ tue: day('01:00', '02:00') }, 'UTC', '2026-11-24T01:30:00Z')).toBe(true);
  });

  test('a day of several windows is closed between them', () => {
    const hours = { mon: [...day('07:00', '11:00'), ...day('12:30', '21:00')] };
    const at = (clock: string) => isOpen(hours, 'UTC', new Date(`2026-11-23T${clock}Z`));
    expect(['06:59:59', '07:00:00', '10:59:59', '11:00:00', '12:29:59', '12:30:00'].map(at)).toEqual([
      ...[false, true, true, false, false, true],
    ]);
  });

  test('a night is two windows, without a gap at midnight', () => {
    const hours = { mon: day('22:00', '24:00'), tue: day('00:00', '02:00') };
    const at = (clock: string) => isOpen(hours, 'UTC', new Date(`2026-11-${clock}Z`));
    expect(at('23T21:59:59')).toBe(false);
    expect(at('23T22:00:00')).toBe(true);
    expect(at('23T23:59:59')).toBe(true);
    expect(at('24T00:00:00')).toBe(true);
    expect(at('24T01:59:59')).toBe(true);
    expect(at('24T02:00:00')).toBe(false);
    expect(at('23T00:30:00')).toBe(false);
  });
});

describe('when summer time begins (2026-03-08: 02:00 PST becomes 03:00 PDT)', () => {
  test.each([
    ['01:00', '02:00', '2026-03-08T09:59:59Z', true], // 01:59:59 PST
    ['01:00', '02:00', '2026-03-08T10:00:00Z', false], // 03:00 PDT
    ['02:00', '03:00', '2026-03-08T09:59:59Z', false], // this hour never comes
    ['02:00', '03:00', '2026-03-08T10:00:00Z', false],
    ['02:30', '03:30', '2026-03-08T10:00:00Z', true],
    ['02:30', '03:30', '2026-03-08T10:29:59Z', true],
    ['02:30', '03:30', '2026-03-08T10:30:00Z', false],
    ['08:00', '21:00', '2026-03-08T14:59:59Z', false], // 07:59:59 PDT
    ['08:00', '21:00', '2026-03-08T15:00:00Z', true],
    ['08:00', '21:00', '2026-03-09T03:59:59Z', true],
    ['08:00', '21:00', '2026-03-09T04:00:00Z', false],
  ])('%s-%s at %s is open: %s', (from, to, at, expected) => {
    expect(open({ sun: day(from, to) }, losAngeles, at)).toBe(expected);
  });
});

describe('when summer time ends (2026-11-01: 02:00 PDT becomes 01:00 PST)', () => {
  test.each([
    ['01:00', '02:00', '2026-11-01T07:59:59Z', false], // 00:59:59 PDT
    ['01:00', '02:00', '2026-11-01T08:00:00Z', true], // 01:00 PDT
    ['01:00', '02:00', '2026-11-01T08:59:59Z', true],
    ['01:00', '02:00', '2026-11-01T09:00:00Z', true], // 01:00 PST, again
    ['01:00', '02:00', '2026-11-01T09:59:59Z', true],
    ['01:00', '02:00', '2026-11-01T10:00:00Z', false], // 02:00 PST
    ['00:00', '01:30', '2026-11-01T08:29:59Z', true],
    ['00:00', '01:30', '2026-11-01T08:30:00Z', false], // 01:30 PDT
    ['00:00', '01:30', '2026-11-01T09:00:00Z', true], // 01:00 PST
    ['00:00', '01:30', '2026-11-01T09:30:00Z', false],
    ['08:00', '21:00', '2026-11-01T15:59:59Z', false], // 07:59:59 PST
    ['08:00', '21:00', '2026-11-01T16:00:00Z', true],
  ])('%s-%s at %s is open: %s', (from, to, at, expected) => {
    expect(open({ sun: day(from, to) }, losAngeles, at)).toBe(expected);
  });

  test('a state without summer time has none', () => {
    expect(open({ sun: day('01:00', '02:00') }, 'America/Phoenix', '2026-11-01T09:00:00Z')).toBe(false);
  });
});

describe('hours that cannot be read are not known', () => {
  const at = '2026-11-23T20:00:00Z';
  test.each([
    ['08:00', '08:00'],
    ['22:00', '06:00'],
    ['8:00', '21:00'],
    ['08:00', '24:01'],
    ['08:00', '25:00'],
    ['08:60', '21:00'],
    ['08:00:00', '21:00'],
    ['', '21:00'],
    ['24:00', '24:00'],
  ])('%s-%s', (from, to) => {
    expect(open({ mon: [{ from, to }] }, losAngeles, at)).toBeUndefined();
    expect(
      open(
        {
          mon: [
            { from: '00:00', to: '24:00' },
            { from, to },
          ],
        },
        losAngeles,
        at,
      ),
    ).toBeUndefined();
    expect(open({ tue: [{ from, to }] }, losAngeles, at)).toBe(false);
  });

  test.each(['', 'Mars/Olympus', 'America', 'PST8PDT8'])('the time zone %j', (zone) => {
    expect(open({ mon: day('00:00', '24:00') }, zone, at)).toBeUndefined();
  });

  test('an invalid date', () => {
    expect(open({ mon: day('00:00', '24:00') }, losAngeles, 'never')).toBeUndefined();
  });

  test.each([[{ mon: 'always' }], [{ mon: [null] }], [{ mon: 7 }], [{ mon: [{}] }]])('%j', (hours) => {
    expect(open(hours as unknown as CallingHours, losAngeles, at)).toBeUndefined();
  });
});

describe('how long the hours stay open', () => {
  const seconds = (hours: CallingHours, at: string, atMost: number, zone = losAngeles) =>
    secondsOpen(hours, zone, new Date(at), atMost);

  test.each([
    ['2026-11-24T04:00:00Z', 900, 900],
    ['2026-11-24T04:45:00Z', 900, 900],
    ['2026-11-24T04:45:30Z', 900, 870],
    ['2026-11-24T04:59:59.500Z', 900, 0.5],
    ['2026-11-24T05:00:00Z', 900, 0],
    ['2026-11-24T04:45:30Z', 0, 0],
  ])('at %s, of %i seconds: %d', (at, atMost, expected) => {
    expect(seconds({ mon: day('08:00', '21:00') }, at, atMost)).toBe(expected);
  });

  test('they run on over midnight where the next window begins', () => {
    const hours = { mon: day('22:00', '24:00'), tue: day('00:00', '00:10') };
    expect(seconds(hours, '2026-11-23T23:55:00Z', 1800, 'UTC')).toBe(900);
  });

  test('they close at the first end of an hour that comes twice', () => {
    expect(seconds({ sun: day('00:00', '01:30') }, '2026-11-01T08:20:00Z', 3600)).toBe(600);
    expect(seconds({ sun: day('00:00', '02:00') }, '2026-11-01T08:20:00Z', 7200)).toBe(6000);
  });

  test('they close where summer time jumps over their end', () => {
    expect(seconds({ sun: day('00:00', '02:30') }, '2026-03-08T09:50:00Z', 3600)).toBe(600);
  });

  test('unknown hours are closed', () => {
    expect(seconds({ mon: day('08:00', '21:00') }, '2026-11-24T04:00:00Z', 900, 'Mars/Olympus')).toBe(0);
  });

  test('a day has 24 hours of wall clock, 23 or 25 of time', () => {
    const always = Object.fromEntries(
      ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((name) => [name, day('00:00', '24:00')]),
    );
    fc.assert(
      fc.property(fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }), (at) => {
        expect(isOpen(always, losAngeles, at)).toBe(true);
        expect(isOpen({}, losAngeles, at)).toBe(false);
      }),
    );
  });
});
