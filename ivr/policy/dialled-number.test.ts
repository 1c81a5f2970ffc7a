import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeniedClass } from './denied-classes.ts';
import { checkedOn } from './denied-classes.ts';
import { dialledNumber } from './dialled-number.ts';

const us = { kind: 'valid', e164: '+14155550123', country: 'US', class: 'fixed-or-mobile' };
const toEurope = { countries: ['US', 'GB', 'FR', 'DE'] };

describe('a number that may be called', () => {
  test.each([
    '4155550123',
    '14155550123',
    '4155550123#',
    '+14155550123',
    '01114155550123',
    '(415) 555-0123',
    '1.415.555.0123',
    ' 415-555-0123 ',
    'tel:+1-415-555-0123',
    'TEL:+14155550123',
    'tel:4155550123;phone-context=+1',
    'tel:14155550123;phone-context=+1',
    'tel:5550123;phone-context=+1-415',
    'tel:4155550123;phone-context=example.com',
    'sip:+14155550123@198.51.100.7:5060;user=phone',
    'sips:4155550123@example.com',
    '+14155550123;npdi;rn=+14155550000',
    '%2B14155550123',
  ])('%s', (typed) => {
    expect(dialledNumber(typed)).toEqual(us);
  });

  test.each([
    ['7875550123', 'PR', 'fixed-or-mobile'],
    ['3405550123', 'VI', 'fixed-or-mobile'],
    ['6715550123', 'GU', 'fixed-or-mobile'],
    ['6846331234', 'AS', 'fixed'],
    ['6705550123', 'MP', 'fixed-or-mobile'],
  ])('%s lies in %s, a territory of the United States', (typed, country, kind) => {
    const number = dialledNumber(typed);
    expect(number).toMatchObject({ kind: 'valid', e164: `+1${typed}`, country });
    expect([kind, 'fixed-or-mobile', 'mobile', 'fixed']).toContain(number.kind === 'valid' && number.class);
  });

  test.each([
    ['011442079460958', '+442079460958', 'GB', 'fixed'],
    ['+447400123456', '+447400123456', 'GB', 'mobile'],
    ['+33123456789', '+33123456789', 'FR', 'fixed'],
    ['+33912345678', '+33912345678', 'FR', 'voip'],
  ])('%s, where its country is open', (typed, e164, country, kind) => {
    expect(dialledNumber(typed, toEurope)).toEqual({ kind: 'valid', e164, country, class: kind });
    expect(dialledNumber(typed)).toEqual({ kind: 'denied', class: 'international', e164 });
  });

  test('only the countries of the configuration are open', () => {
    expect(dialledNumber('7875550123', { countries: ['US'] })).toEqual({
      kind: 'denied',
      class: 'international',
      e164: '+17875550123',
    });
    expect(dialledNumber('4155550123', { countries: [] })).toMatchObject({ class: 'international' });
  });
});

const tollFree = ['800', '833', '844', '855', '866', '877', '888', '822', '880', '881', '882', '883', '887', '889'];
const denied: Readonly<Record<DeniedClass, readonly string[]>> = {
  emergency: ['911', '1911', '9911', '0911', '112', '911#', '9115550123', '+19115550123', '911;phone-context=+1'],
  directory: ['411', '1411', '4115550123', '5551212', '4155551212', '14155551212', '+12125551212'],
  n11: ['211', '311', '511', '611', '711', '811', '1811', '7115550123', '+12115550123'],
  'short-code': ['988', '933', '999', '2525', '22000', '555012', '202555'],
  'feature-code': [
    '*72',
    '*724155550123',
    '*67',
    '*',
    '#31#4155550123',
    '1172',
    '11',
    '11684155550123',
    '11724155550123',
    '**21*4155550123#',
    '#',
  ],
  operator: ['0', '00', '000', '01', '0144207946095', '04155550123', '00442079460958'],
  'carrier-code': ['10', '1010288', '10102884155550123', '9500288', '19501234', '7005550123', '17005550123'],
  'toll-free': [...tollFree.flatMap((code) => [`${code}5550123`, `1${code}5551212`]), '+80012345678'],
  premium: ['9005550123', '19005551212', '+19005550123', '+97912345678', '+448432345678', '+33892123456'],
  '976': ['9761234', '4159761234', '12129761234', '+13109761234'],
  'shared-cost': ['+80812345678', '+33820123456', '+4918012345'],
  personal: [
    '5005550123',
    '15215550123',
    '5335550123',
    '5885550123',
    '5325550123',
    '+878101234567890',
    '+447012345678',
  ],
  government: ['7106274387', '+17106274387'],
  satellite: ['+870773123456', '+881612345678', '011882161234567', '+883510012345678'],
  pager: ['+447640123456'],
  company: ['+445512345678', '+33806123456'],
  voicemail: ['+49177991234567', '+41860791234567'],
  international: [
    ...['4165550123', '8765550123', '2425550123', '4415550123', '8095550123', '2845550123', '6495550123', '6002345678'],
    ...[
      '+14165550123',
      '+525512345678',
      '011525512345678',
      '+442079460958',
      '+24761234',
      '+49190012345',
      '+35312345678',
    ],
  ],
};

describe('a number of a class that is never called', () => {
  const rows = Object.entries(denied).flatMap(([kind, numbers]) => numbers.map((typed) => [typed, kind] as const));
  test.each(rows)('%s is %s', (typed, kind) => {
    expect(dialledNumber(typed)).toMatchObject({ kind: 'denied', class: kind });
  });

  test.each([
    ['8005550123', '+18005550123'],
    ['19005550123', '+19005550123'],
    ['+881612345678', '+881612345678'],
    ['8765550123', '+18765550123'],
  ])('%s is kept as %s', (typed, e164) => {
    expect(dialledNumber(typed)).toHaveProperty('e164', e164);
  });

  test.each(['911', '*72', '0', '411'])('%s has no E.164', (typed) => {
    expect(dialledNumber(typed)).not.toHaveProperty('e164');
  });

  test.each([
    ['+448432345678', 'premium'],
    ['+447012345678', 'personal'],
    ['+33820123456', 'shared-cost'],
    ['+448001111111', 'toll-free'],
  ])('%s is %s even where its country is open', (typed, kind) => {
    expect(dialledNumber(typed, toEurope)).toMatchObject({ kind: 'denied', class: kind });
  });
});

describe('what is no number', () => {
  test.each([
    ...['', ' ', '1', '2', '12', '123', '1234567', '5550123', '415555012', '41555501234', '1415555012'],
    ...['1155550123x', '0111234', '011', '011012345678', '+', '+0123456789', '++14155550123', '+1415555012'],
    ...['+141555501234', '1115550123x', '4150550123', '4151550123', '4159115012', '4154110123', '+14152110123'],
    ...[
      '9995550123',
      '+19995550123',
      '2225550123',
      '+999123456789',
      '+1234567890123456',
      '0114420',
      'home',
      'anonymous',
    ],
    ...['tel:', 'sip:', 'sip:alice@example.com', '٤١٥٥٥٥٠١٢٣', '415555０123', '+1415555\t0123'],
    ...['4155550123 ext 5', '415*5550123', '+1*72', '%', '%zz4155550123', '1'.repeat(300), "'; drop table calls"],
  ])('%s', (typed) => {
    expect(dialledNumber(typed)).toEqual({ kind: 'invalid' });
  });

  test('a number of an open country that nobody can have', () => {
    expect(dialledNumber('+4419', toEurope)).toEqual({ kind: 'invalid' });
    expect(dialledNumber('+44123456789012', toEurope)).toEqual({ kind: 'invalid' });
  });
});

describe('whatever is typed', () => {
  const keypad = fc.string({ unit: fc.constantFrom(...'0123456789*#+-. ;@%:'), maxLength: 24 });

  test('is read without a fault, and is valid only in a country that is open', () => {
    fc.assert(
      fc.property(fc.oneof(keypad, fc.string({ unit: 'binary', maxLength: 64 })), (typed) => {
        const number = dialledNumber(typed);
        expect(['valid', 'denied', 'invalid']).toContain(number.kind);
        if (number.kind !== 'valid') return;
        expect(number.e164).toMatch(/^\+1[2-9]\d{9}$/);
        expect(['US', 'PR', 'VI', 'GU', 'AS', 'MP']).toContain(number.country);
      }),
      { numRuns: 500 },
    );
  });

  test('ten digits are the same number with 1, +1 and 0111 before them', () => {
    const area = fc.constantFrom('415', '212', '800', '900', '876', '411', '500', '710', '999', '787');
    const line = fc.stringMatching(/^\d{7}$/);
    fc.assert(
      fc.property(area, line, (code, rest) => {
        const national = code + rest;
        const number = dialledNumber(`+1${national}`);
        expect(dialledNumber(`0111${national}`)).toEqual(number);
        expect(dialledNumber(`1${national}`)).toMatchObject({ kind: number.kind });
        expect(dialledNumber(national)).toMatchObject({ kind: number.kind });
      }),
    );
  });

  test('a valid number stays valid and the same when it is dialled as recorded', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[2-9]\d{9}$/), (typed) => {
        const number = dialledNumber(typed);
        if (number.kind === 'valid') expect(dialledNumber(number.e164)).toEqual(number);
      }),
    );
  });
});

test('the table says when it was checked', () => {
  expect(checkedOn).toMatch(/^\d{4}-\d\d-\d\d$/);
});
