import { expect, test } from 'vitest';
import { approving, missingIn, nothingChosen, withReason } from './decision.ts';

test('all is well, or there are reasons why not: the later choice takes the other back', () => {
  const blurred = withReason(withReason(nothingChosen, 'not-legible'), 'expired');
  expect(blurred).toEqual({ approve: false, reasons: ['not-legible', 'expired'] });
  expect(approving(blurred)).toEqual({ approve: true, reasons: [] });
  expect(withReason(approving(nothingChosen), 'expired')).toEqual({ approve: false, reasons: ['expired'] });
  expect(withReason(blurred, 'expired').reasons).toEqual(['not-legible']);
  expect(approving(approving(nothingChosen))).toEqual(nothingChosen);
});

test('something is chosen before it is decided, and what is chosen as other is said', () => {
  expect(missingIn(nothingChosen, 'a note')).toBe('choice');
  expect(missingIn(approving(nothingChosen), '')).toBeUndefined();
  expect(missingIn(withReason(nothingChosen, 'other'), ' ')).toBe('note');
  expect(missingIn(withReason(nothingChosen, 'other'), 'a mask')).toBeUndefined();
  expect(missingIn(withReason(nothingChosen, 'expired'), '')).toBeUndefined();
});
