import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameAndAddressOf, type AddressField, type FieldRefusal, type NameAndAddress } from './name-and-address.ts';

const written: NameAndAddress = {
  firstName: 'María José',
  lastName: "O'Neill-Núñez",
  addressLine1: '1 Main St',
  city: 'Fresno',
  region: 'ca',
  postalCode: '93650',
  country: 'us',
};

test('what is written is tidied and kept', () => {
  const messy = { ...written, firstName: '  María   José ', lastName: 'Nu\u0301n\u0303ez', addressLine2: ' ' };
  expect(nameAndAddressOf(messy)).toEqual({
    kind: 'kept',
    kept: { ...written, lastName: 'Núñez', addressLine2: null, region: 'CA', country: 'US' },
  });
  const second = nameAndAddressOf({ ...written, addressLine2: 'Apt 2', postalCode: '93650-1234' });
  expect(second).toMatchObject({ kept: { addressLine2: 'Apt 2', postalCode: '93650-1234' } });
});

test('abroad a region and a postal code are what they are there', () => {
  const abroad = { ...written, region: 'Jalisco', postalCode: '44100', country: 'mx' };
  expect(nameAndAddressOf(abroad)).toMatchObject({ kept: { region: 'Jalisco', postalCode: '44100', country: 'MX' } });
  expect(nameAndAddressOf({ ...abroad, country: 'GB', postalCode: 'SW1A 1AA' }).kind).toBe('kept');
});

test.each<[AddressField, string, FieldRefusal['why']]>([
  ['firstName', '', 'missing'],
  ['firstName', ' ', 'missing'],
  ['lastName', '', 'missing'],
  ['lastName', '...', 'not-text'],
  ['lastName', 'Lopez\u202e', 'not-text'],
  ['lastName', 'Lo\npez', 'not-text'],
  ['firstName', 'M'.repeat(51), 'too-long'],
  ['addressLine1', '', 'missing'],
  ['addressLine1', 'x'.repeat(61), 'too-long'],
  ['addressLine2', 'x'.repeat(61), 'too-long'],
  ['addressLine2', '\u0007', 'not-text'],
  ['city', '', 'missing'],
  ['region', '', 'missing'],
  ['region', 'California', 'unknown'],
  ['region', 'XX', 'unknown'],
  ['postalCode', '', 'missing'],
  ['postalCode', '9365', 'unknown'],
  ['postalCode', '936501234', 'unknown'],
  ['country', '', 'missing'],
  ['country', 'XX', 'unknown'],
  ['country', 'USA', 'too-long'],
])('%s "%s" is refused: %s', (field, value, why) => {
  const result = nameAndAddressOf({ ...written, [field]: value });
  expect(result.kind === 'refused' && result.fields).toContainEqual({ field, why });
});

test('everything that is wrong is told at once', () => {
  const result = nameAndAddressOf({ ...written, firstName: '', city: '', postalCode: '1' });
  expect(result.kind === 'refused' && result.fields.map(({ field }) => field)).toEqual([
    'firstName',
    'city',
    'postalCode',
  ]);
});

test('no text makes it throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...(Object.keys(written) as AddressField[])),
      (text, field) => {
        nameAndAddressOf({ ...written, [field]: text });
      },
    ),
    { numRuns: 1_000 },
  );
});
