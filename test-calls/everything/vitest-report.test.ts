import fc from 'fast-check';
import { expect, test } from 'vitest';
import { count } from './vitest-report.ts';

const file = (status: string, ...tests: [name: string, status: string][]) => ({
  name: '/home/me/homeline/db/calls.test.ts',
  status,
  assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
});
const counted = (clean: boolean, ...testResults: object[]) =>
  count(JSON.stringify({ testResults }), clean, '/home/me/homeline');

test('tests that pass and fail are counted; skipped ones are neither', () => {
  const mixed = file('failed', [' closes a call', 'passed'], [' keeps one', 'failed'], ['later', 'pending']);
  expect(counted(false, mixed)).toEqual({ passed: 1, failures: ['db/calls.test.ts: keeps one'] });
});

test('a file that cannot be read, and a hook that fails, are failures', () => {
  expect(counted(false, file('failed'))).toEqual({ passed: 0, failures: ['db/calls.test.ts'] });
  expect(counted(false, file('failed', ['a', 'passed']))).toEqual({ passed: 1, failures: ['db/calls.test.ts'] });
});

test('an error outside the tests is a failure', () => {
  const fine = file('passed', ['a', 'passed']);
  expect(counted(true, fine)).toEqual({ passed: 1, failures: [] });
  expect(counted(false, fine)).toEqual({ passed: 1, failures: ['an error outside the tests'] });
});

test('a run without tests is a failure, as is one without a report', () => {
  expect(counted(true).failures).toEqual(['no test ran']);
  expect(counted(true, file('passed', ['later', 'pending'])).failures).toEqual(['no test ran']);
  for (const text of [undefined, '', '{', '{}', 'null'])
    expect(count(text, true, '/').failures).toEqual(['vitest left no report']);
});

test('whatever the report is, it is never taken for a success', () => {
  fc.assert(fc.property(fc.json(), (text) => count(text, true, '/').failures.length === 1));
});
