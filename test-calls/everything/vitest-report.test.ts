import fc from 'fast-check';
import { expect, test } from 'vitest';
import { count } from './vitest-report.ts';

const file = (status: string, ...tests: [name: string, status: string][]) => ({
  name: '/home/me/homeline/db/calls.test.ts',
  status,
  assertionResults: tests.map(([fullName, status]) => ({
    ...{ fullName, status },
    ...(status === 'failed' && { failureMessages: ['it was lost'] }),
  })),
});
const counted = (clean: boolean, ...testResults: object[]) =>
  count(JSON.stringify({ testResults }), clean, '/home/me/homeline');

test('tests that pass and fail are counted; skipped ones are neither', () => {
  const mixed = file('failed', [' closes a call', 'passed'], [' keeps one', 'failed'], ['later', 'pending']);
  expect(counted(false, mixed)).toEqual({
    passed: 1,
    failures: [{ what: 'db/calls.test.ts: keeps one', why: 'it was lost' }],
  });
});

test('a file that cannot be read, and a hook that fails, are failures', () => {
  expect(counted(false, { ...file('failed'), message: 'no such module' })).toEqual({
    passed: 0,
    failures: [{ what: 'db/calls.test.ts', why: 'no such module' }],
  });
  expect(counted(false, file('failed', ['a', 'passed']))).toEqual({
    passed: 1,
    failures: [{ what: 'db/calls.test.ts', why: '' }],
  });
});

test('an error outside the tests is a failure', () => {
  const fine = file('passed', ['a', 'passed']);
  expect(counted(true, fine)).toEqual({ passed: 1, failures: [] });
  expect(counted(false, fine)).toEqual({ passed: 1, failures: [{ what: 'an error outside the tests' }] });
});

test('a run without tests is a failure, as is one without a report', () => {
  expect(counted(true).failures).toEqual([{ what: 'no test ran' }]);
  expect(counted(true, file('passed', ['later', 'pending'])).failures).toEqual([{ what: 'no test ran' }]);
  for (const text of [undefined, '', '{', '{}', 'null'])
    expect(count(text, true, '/').failures).toEqual([{ what: 'vitest left no report' }]);
});

test('whatever the report is, it is never taken for a success', () => {
  fc.assert(fc.property(fc.json(), (text) => count(text, true, '/').failures.length === 1));
});
