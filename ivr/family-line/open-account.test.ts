import { expect, it } from 'vitest';
import { theOpenOne } from './open-account.ts';

it('of the accounts of a number the one that is open counts; between two nobody chooses for the caller', () => {
  const [one, other, closed] = [
    { id: 'one', number: '1000000008', status: 'open' },
    { id: 'other', number: '1000000016', status: 'open' },
    { id: 'closed', number: '1000000024', status: 'closed' },
  ] as const;
  expect(theOpenOne([one, closed])).toEqual({ id: 'one' });
  expect([theOpenOne([one, other, closed]), theOpenOne([closed]), theOpenOne([])]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
