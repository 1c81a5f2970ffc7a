import { expect, it } from 'vitest';
import { Subscription } from './subscription.ts';

it('who deletes the filter for one channel hears all channels again', () => {
  const subscription = new Subscription();
  subscription.addFilter('Unique-ID', 'one');
  expect(subscription.onlyChannel).toBe('one');
  subscription.addFilter('Unique-ID', 'other');
  expect(subscription.onlyChannel).toBeUndefined();
  subscription.removeFilters('Unique-ID', 'other');
  expect(subscription.onlyChannel).toBe('one');
  subscription.removeFilters('Unique-ID', undefined);
  expect(subscription.onlyChannel).toBeUndefined();
});
