import { expect, test } from 'vitest';
import { wantedOf } from './accepted.ts';

const offered = ['application/pdf', 'text/csv'] as const;

test.each([
  [undefined, 'application/pdf'],
  [' ', 'application/pdf'],
  ['*/*', 'application/pdf'],
  ['text/csv', 'text/csv'],
  ['TEXT/CSV ; charset=utf-8', 'text/csv'],
  ['text/*', 'text/csv'],
  ['application/pdf;q=0.5, text/csv;q=0.501', 'text/csv'],
  ['text/csv;q=0.5, application/pdf;q=0.5', 'application/pdf'],
  ['text/csv;q=0, */*;q=0.1', 'application/pdf'],
  ['*/*;q=1, application/pdf;q=0.2', 'text/csv'],
  ['text/csv;q=2, application/pdf;q=0.1', 'application/pdf'],
  ['text/html, application/xhtml+xml, */*;q=0.8', 'application/pdf'],
])('of who accepts %s it is %s', (accept, type) => {
  expect(wantedOf(accept, offered)).toBe(type);
});

test.each(['application/json', 'text/csv;q=0', 'image/*', 'text', ',;,', '*/*;q=0'])(
  'who accepts %s wants none',
  (accept) => {
    expect(wantedOf(accept, offered)).toBeUndefined();
  },
);
