import { expect, test } from 'vitest';
import { en } from '../wording/en.ts';
import { effectOf, missingOf, type Wanted } from './effect.ts';

const facilities = [
  { id: 'rio-claro', name: 'Río Claro' },
  { id: 'valley-view', name: 'Valley View' },
];
const wanted: Wanted = { scope: 'one', facilityId: 'valley-view', reason: 'asked by letter' };
const number = '+1 213 555 0142';

test('what a block does is said before it is placed', () => {
  expect(effectOf(en, wanted, facilities, number)).toBe(
    'Calls from Valley View to +1 213 555 0142 will be refused from now on.',
  );
  expect(effectOf(en, { ...wanted, scope: 'all' }, facilities, number)).toBe(
    'Calls from every facility to +1 213 555 0142 will be refused from now on.',
  );
  expect(effectOf(en, { ...wanted, facilityId: '' }, facilities, number)).toBeUndefined();
});

test('a block is for a facility or for all, and has a reason', () => {
  expect(missingOf(en, wanted)).toBeUndefined();
  expect(missingOf(en, { ...wanted, facilityId: '' })).toBe(en.place.needFacility);
  expect(missingOf(en, { ...wanted, scope: 'all', facilityId: '' })).toBeUndefined();
  expect(missingOf(en, { ...wanted, reason: '  \n' })).toBe(en.place.needReason);
});
