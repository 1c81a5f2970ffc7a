import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages, type Language } from '../language.ts';
import { speak, spokenWords } from './speak.ts';
import type { SpokenValue } from './value.ts';

/** What is heard; a silence as "|". */
const said = (language: Language, value: SpokenValue, last = false): string =>
  speak(language, value, last)
    .map((piece) => ('pauseMs' in piece ? '|' : piece.text))
    .join(' ');

const money = (cents: number): SpokenValue => ({ kind: 'money', cents });
const today = { year: 2026, month: 11, day: 28 };
const date = (year: number, month: number, day: number): SpokenValue => ({
  kind: 'date',
  date: { year, month, day },
  today,
});
const time = (hour: number, minute: number): SpokenValue => ({ kind: 'time', hour, minute });

describe('money', () => {
  it.each([
    [0, 'zero dollars', 'cero dólares'],
    [1, 'one cent', 'un centavo'],
    [50, 'fifty cents', 'cincuenta centavos'],
    [100, 'one dollar', 'un dólar'],
    [101, 'one dollar and one cent', 'un dólar con un centavo'],
    [200, 'two dollars', 'dos dólares'],
    [1_100, 'eleven dollars', 'once dólares'],
    [2_100, 'twenty-one dollars', 'veintiún dólares'],
    [2_550, 'twenty-five dollars and fifty cents', 'veinticinco dólares con cincuenta centavos'],
    [3_121, 'thirty-one dollars and twenty-one cents', 'treinta y un dólares con veintiún centavos'],
    [9_999, 'ninety-nine dollars and ninety-nine cents', 'noventa y nueve dólares con noventa y nueve centavos'],
    [10_000, 'one hundred dollars', 'cien dólares'],
    [10_100, 'one hundred one dollars', 'ciento un dólares'],
    [50_000, 'five hundred dollars', 'quinientos dólares'],
    [100_000, 'one thousand dollars', 'mil dólares'],
    [
      123_456,
      'one thousand two hundred thirty-four dollars and fifty-six cents',
      'mil doscientos treinta y cuatro dólares con cincuenta y seis centavos',
    ],
    [2_100_100, 'twenty-one thousand one dollars', 'veintiún mil un dólares'],
    [10_000_000, 'one hundred thousand dollars', 'cien mil dólares'],
    [-450, 'minus four dollars and fifty cents', 'menos cuatro dólares con cincuenta centavos'],
  ])('%i cents', (cents, en, es) => {
    expect(said('en', money(cents))).toBe(en);
    expect(said('es', money(cents))).toBe(es);
  });

  it('of any size can be said with what is recorded', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.boolean(), (cents, last) => {
        for (const language of languages) expect(said(language, money(cents), last)).not.toBe('');
      }),
    );
  });

  it('is refused when it is no whole number of cents', () => {
    for (const cents of [0.5, Number.NaN, Infinity, 1e9]) expect(() => said('en', money(cents))).toThrow(RangeError);
  });
});

describe('numbers that stand alone', () => {
  it.each([
    [1, 'one', 'uno'],
    [21, 'twenty-one', 'veintiuno'],
    [31, 'thirty-one', 'treinta y uno'],
    [100, 'one hundred', 'cien'],
    [115, 'one hundred fifteen', 'ciento quince'],
    [1_001, 'one thousand one', 'mil uno'],
  ])('%i', (number, en, es) => {
    expect(said('en', { kind: 'number', number })).toBe(en);
    expect(said('es', { kind: 'number', number })).toBe(es);
  });

  it('minutes have their singular', () => {
    expect(said('en', { kind: 'minutes', minutes: 1 })).toBe('one minute');
    expect(said('es', { kind: 'minutes', minutes: 1 })).toBe('un minuto');
    expect(said('es', { kind: 'minutes', minutes: 21 }, true)).toBe('veintiún minutos.');
  });
});

describe('days', () => {
  it.each([
    [date(2026, 11, 28), 'today', 'hoy'],
    [date(2026, 11, 27), 'yesterday', 'ayer'],
    [date(2026, 11, 29), 'on November twenty-ninth', 'el veintinueve de noviembre'],
    [date(2026, 5, 5), 'on May fifth', 'el cinco de mayo'],
    [date(2026, 1, 1), 'on January first', 'el primero de enero'],
    [
      date(2025, 12, 31),
      'on December thirty-first twenty twenty-five',
      'el treinta y uno de diciembre de dos mil veinticinco',
    ],
  ])('%o', (value, en, es) => {
    expect(said('en', value)).toBe(en);
    expect(said('es', value)).toBe(es);
  });

  it('yesterday is another year on the first of January', () => {
    const value: SpokenValue = {
      kind: 'date',
      date: { year: 2025, month: 12, day: 31 },
      today: { year: 2026, month: 1, day: 1 },
    };
    expect(said('es', value)).toBe('ayer');
  });

  it('are all recorded, in every month', () => {
    for (const language of languages)
      for (let month = 1; month <= 12; month++)
        for (let day = 1; day <= 31; day++) expect(said(language, date(2025, month, day), true)).toMatch(/\.$/);
  });
});

describe('times', () => {
  it.each([
    [time(5, 0), 'five A M', 'las cinco de la mañana'],
    [time(21, 0), 'nine P M', 'las nueve de la noche'],
    [time(12, 0), 'noon', 'las doce del mediodía'],
    [time(0, 0), 'midnight', 'las doce de la noche'],
    [time(0, 5), 'twelve oh five A M', 'las doce y cinco de la noche'],
    [time(1, 15), 'one fifteen A M', 'la una y cuarto de la madrugada'],
    [time(13, 30), 'one thirty P M', 'la una y media de la tarde'],
    [time(12, 45), 'twelve forty-five P M', 'las doce y cuarenta y cinco del mediodía'],
    [time(18, 59), 'six fifty-nine P M', 'las seis y cincuenta y nueve de la tarde'],
  ])('%o', (value, en, es) => {
    expect(said('en', value)).toBe(en);
    expect(said('es', value)).toBe(es);
  });

  it('are all recorded', () => {
    for (const language of languages)
      for (let minute = 0; minute < 24 * 60; minute++)
        expect(said(language, time(Math.floor(minute / 60), minute % 60))).not.toBe('');
  });
});

describe('what is copied down', () => {
  it.each<[SpokenValue, string, string]>([
    [{ kind: 'last-four', digits: '4242' }, 'four two four two', 'cuatro dos cuatro dos'],
    [{ kind: 'last-four', digits: '0007' }, 'zero zero zero seven', 'cero cero cero siete'],
    [
      { kind: 'phone', number: '+12135550142' },
      'two one three | five five five | zero one four two',
      'dos uno tres | cinco cinco cinco | cero uno cuatro dos',
    ],
    [
      { kind: 'phone', number: '2135550142' },
      'two one three | five five five | zero one four two',
      'dos uno tres | cinco cinco cinco | cero uno cuatro dos',
    ],
    [
      { kind: 'phone', number: '+525512345678' },
      'plus five two five | five one two | three four five | six seven eight',
      'más cinco dos cinco | cinco uno dos | tres cuatro cinco | seis siete ocho',
    ],
    [
      { kind: 'reference', digits: '1234567890' },
      'one two three | four five six | seven eight nine zero',
      'uno dos tres | cuatro cinco seis | siete ocho nueve cero',
    ],
    [{ kind: 'reference', digits: '12345' }, 'one two three | four five', 'uno dos tres | cuatro cinco'],
  ])('%o', (value, en, es) => {
    expect(said('en', value)).toBe(en);
    expect(said('es', value)).toBe(es);
  });

  it('is never more of a card than its last four', () => {
    for (const digits of ['42424', '4242424242424242', '', '42 4', 'abcd'])
      expect(() => said('en', { kind: 'last-four', digits })).toThrow(TypeError);
    for (const digits of ['', '12a4', '١٢٣'])
      expect(() => said('en', { kind: 'reference', digits })).toThrow(TypeError);
  });
});

describe('the last piece of a sentence', () => {
  it.each<[SpokenValue, string]>([
    [money(2_500), 'veinticinco dólares.'],
    [money(101), 'un dólar con un centavo.'],
    [date(2026, 5, 5), 'el cinco de mayo.'],
    [{ kind: 'last-four', digits: '1112' }, 'uno uno uno dos.'],
    [time(21, 0), 'las nueve de la noche.'],
  ])('falls: %o', (value, es) => {
    expect(said('es', value, true)).toBe(es);
  });
});

describe('the catalogue of words', () => {
  it.each(languages)('in %s has nothing twice and nothing empty', (language) => {
    const all = spokenWords(language);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect(new Set(all.map(({ text }) => text)).size).toBeGreaterThan(all.length * 0.9);
    for (const { text } of all) expect(text).toMatch(/^\p{L}[\p{L} -]*\.?$/u);
  });

  it.each(languages)('in %s holds nothing that no value needs', (language) => {
    const needed = new Set<string>();
    const need = (value: SpokenValue) => {
      for (const last of [true, false])
        for (const piece of speak(language, value, last)) if ('id' in piece) needed.add(piece.id);
    };
    for (let cents = -1; cents < 10_000; cents++) need(money(cents));
    for (let number = 0; number < 2_000; number++) need({ kind: 'number', number });
    for (let minute = 0; minute < 24 * 60; minute++) need(time(Math.floor(minute / 60), minute % 60));
    for (let day = 1; day <= 31; day++) for (let month = 1; month <= 12; month++) need(date(2026, month, day));
    for (let year = 2024; year <= 2040; year++)
      need({ kind: 'date', date: { year, month: 1, day: 1 }, today: { year: 2023, month: 1, day: 1 } });
    for (let digit = 0; digit < 10; digit++) need({ kind: 'reference', digits: String(digit) });
    for (const minutes of [1, 2]) need({ kind: 'minutes', minutes });
    need({ kind: 'phone', number: '+525512345678' });
    expect(spokenWords(language).filter(({ id }) => !needed.has(id))).toEqual([]);
  });
});
