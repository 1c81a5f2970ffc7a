import { expect, test } from 'vitest';
import { missingOf } from './new-password.ts';

const typed = { current: 'a', newPassword: 'b', again: 'b' };

test('every field is filled in, a code where one is asked, and the new password twice alike', () => {
  expect(missingOf(typed)).toBeUndefined();
  expect(missingOf({ ...typed, code: '1' })).toBeUndefined();
  for (const field of ['current', 'newPassword', 'again', 'code'])
    expect(missingOf({ ...typed, [field]: '' })).toBe('needAll');
  expect(missingOf({ ...typed, again: 'B' })).toBe('differ');
});
