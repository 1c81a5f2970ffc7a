import { describe, expect, test } from 'vitest';
import { languageOf } from './language.ts';
import { readMoney, shownMoney } from './money.ts';
import { readNumber, shownNumber, withNumbers } from './number.ts';
import { secondsBetween, shownSeconds, timesOf } from './time.ts';

const plain = (text: string | undefined) => text?.replace(/[\u00a0\u202f]/g, ' ');

describe('numbers', () => {
  test('those of North America are read in groups, others as they are', () => {
    expect(plain(shownNumber('+12135550142'))).toBe('+1 213 555 0142');
    expect(shownNumber('+525512345678')).toBe('+525512345678');
    expect(shownNumber('+1213555014')).toBe('+1213555014');
  });

  test('those that stand in a text are read as others are', () => {
    expect(plain(withNumbers('1083831923 · +12135550142, +525512345678'))).toBe(
      '1083831923 · +1 213 555 0142, +525512345678',
    );
    expect(withNumbers('demo-alex · Valley View Facility, +1213555014200001')).toBe(
      'demo-alex · Valley View Facility, +1213555014200001',
    );
  });

  test.each([
    ['213 555 0142', '+12135550142'],
    ['(213) 555-0142', '+12135550142'],
    ['1-213-555-0142', '+12135550142'],
    ['+1 213 555 0142', '+12135550142'],
    ['+52 55 1234 5678', '+525512345678'],
    [' 2135550142 ', '+12135550142'],
  ])('what is typed as %s is a whole number', (typed, number) => {
    expect(readNumber(typed)).toBe(number);
  });

  test.each([
    '',
    '+',
    '213555',
    '113 555 0142',
    '213 155 0142',
    '+0123456789',
    '+123456',
    '213555014212',
    'Rivera',
    '2135550142x',
  ])('what is typed as “%s” is none', (typed) => {
    expect(readNumber(typed)).toBeUndefined();
  });
});

describe('money', () => {
  test('cents are shown as dollars in both languages, a minus as wide as a figure', () => {
    expect(shownMoney(101550, 'en')).toBe('$1,015.50');
    expect(plain(shownMoney(-1205, 'en'))).toBe('−$12.05');
    expect(shownMoney(0, 'es')).toBe('$0.00');
    expect(shownMoney(5, 'es')).toBe('$0.05');
  });

  test.each([
    ['15', 1500],
    ['15.5', 1550],
    ['$1,015.50', 101550],
    [' 2.00 ', 200],
    ['0.29', 29],
  ])('%s is read as cents', (typed, cents) => {
    expect(readMoney(typed)).toBe(cents);
  });

  test.each(['', 'x', '1.234', '-5', '1,5', '15.', '1e3', '10,00'])('%s is no amount', (typed) => {
    expect(readMoney(typed)).toBeUndefined();
  });
});

describe('times', () => {
  const at = '2026-11-28T23:04:07Z';
  const here = timesOf('en', 'America/Los_Angeles');

  test('a moment is shown in the reader’s zone and language', () => {
    expect(plain(here.at(at))).toBe('Nov 28, 2026, 3:04 PM');
    expect(plain(here.clock(at))).toBe('3:04:07 PM');
    expect(plain(timesOf('es', 'America/New_York').at(at))).toMatch(/28.*nov.*2026.*6:04/);
  });

  test('a day of the calendar is that day wherever the reader is', () => {
    expect(timesOf('en', 'Pacific/Honolulu').day('2026-11-28')).toBe('Sat, Nov 28');
    expect(timesOf('en', 'Pacific/Auckland').day('2026-11-28')).toBe('Sat, Nov 28');
    expect(timesOf('en', 'Pacific/Honolulu').shortDay('2026-11-28')).toBe('Nov 28');
  });

  test('the facility’s time is shown where its clocks show another, and not where they show the same', () => {
    expect(plain(here.there(at, 'America/Chicago'))).toBe('5:04 PM CST');
    expect(here.there(at, 'America/Tijuana')).toBeUndefined();
    expect(here.there(at, undefined)).toBeUndefined();
    // The same figures on another day.
    expect(timesOf('en', 'Pacific/Apia').there('2026-11-28T12:00:00Z', 'Pacific/Pago_Pago')).toBeDefined();
  });

  test('lengths have hours when there are any', () => {
    expect([0, 7, 67, 3599, 3600, 3847.9, -3].map(shownSeconds)).toEqual([
      '0:00',
      '0:07',
      '1:07',
      '59:59',
      '1:00:00',
      '1:04:07',
      '0:00',
    ]);
  });

  test('a clock that is ahead makes no time negative', () => {
    expect(secondsBetween(at, Date.parse(at) + 5_500)).toBe(5.5);
    expect(secondsBetween(at, Date.parse(at) - 5_500)).toBe(0);
  });
});

test('Spanish is spoken to whom asks for it, English to everybody else', () => {
  expect(['es', 'es-MX', 'ES-us', 'en', 'fr', undefined, 'est'].map(languageOf)).toEqual([
    'es',
    'es',
    'es',
    'en',
    'en',
    'en',
    'en',
  ]);
});
