import { expect, it } from 'vitest';
import { timeoutOf } from './timeout.ts';

it.each<[string, number | undefined]>([
  ['500ms', 500],
  ['10s', 10_000],
  ['', undefined],
  ['10', undefined],
  ['0s', undefined],
  ['-1s', undefined],
  ['1m', undefined],
  ['x10s', undefined],
  ['10sx', undefined],
  ['12345678s', undefined],
])('%j is %s', (text, ms) => expect(timeoutOf(text)).toBe(ms));
