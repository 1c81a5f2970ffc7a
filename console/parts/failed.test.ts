import { expect, test } from 'vitest';
import { Failure } from '../ask/failure.ts';
import { en } from '../wording/en.ts';
import { saidOf } from './failed.tsx';

const problem = (code: string) => ({ type: `urn:homeline:problem:${code}`, detail: 'As the API says it.' });

test('a problem is told by its code, else by its status, else in its own words', () => {
  expect(saidOf(en, new Failure(409, problem('no-talk')))).toBe(en.failure.codes['no-talk']);
  expect(saidOf(en, new Failure(409, problem('constructor')))).toBe(en.failure.conflict);
  expect(saidOf(en, new Failure(0))).toBe(en.failure.offline);
  expect(saidOf(en, new Failure(403))).toBe(en.failure.forbidden);
  expect(saidOf(en, new Failure(404))).toBe(en.failure.missing);
  expect(saidOf(en, new Failure(412))).toBe(en.failure.conflict);
  expect(saidOf(en, new Failure(429))).toBe(en.failure.tooMany);
  expect(saidOf(en, new Failure(503))).toBe(en.failure.passing);
  expect(saidOf(en, new Failure(422, problem('a-new-one')))).toBe('That did not work: As the API says it.');
});
