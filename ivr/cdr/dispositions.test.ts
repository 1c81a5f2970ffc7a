import { describe, expect, test } from 'vitest';
import type { Disposition } from './dispositions.ts';
import { dispositions } from './dispositions.ts';

type Line = readonly [attempt: boolean, answered: boolean, endedBy: string, q850: number, announcement: string | null];

/** The whole vocabulary once more, so that no word of the CDR changes its meaning unseen. */
const expected: Record<Disposition, Line> = {
  talked: [true, true, 'outside', 16, 'outcome.ended'],
  'limit-reached': [true, true, 'limit', 16, 'talk.limit'],
  'far-end-lost': [true, true, 'outside', 27, 'talk.lost'],
  refused: [true, true, 'outside', 21, 'outcome.no-answer'],
  blocked: [true, true, 'outside', 21, 'outcome.no-answer'],
  'no-key': [true, true, 'system', 19, 'outcome.no-answer'],
  'hung-up-in-offer': [true, true, 'outside', 16, 'outcome.no-answer'],
  'caller-left-offer': [true, true, 'inside', 16, null],
  'caller-cancelled': [true, false, 'inside', 16, null],
  busy: [true, false, 'outside', 17, 'outcome.busy'],
  'no-answer': [true, false, 'outside', 19, 'outcome.no-answer'],
  rejected: [true, false, 'outside', 21, 'outcome.no-answer'],
  'not-in-service': [true, false, 'outside', 1, 'outcome.not-in-service'],
  redirected: [true, false, 'outside', 23, 'outcome.unavailable'],
  incompatible: [true, false, 'outside', 88, 'outcome.unavailable'],
  unavailable: [true, false, 'outside', 38, 'outcome.unavailable'],
  'caller-hung-up': [false, false, 'inside', 16, null],
  'no-codec': [false, false, 'system', 88, null],
  'pin-failed': [false, false, 'policy', 21, 'pin.goodbye'],
  'pin-locked': [false, false, 'policy', 21, 'pin.locked'],
  'person-busy': [false, false, 'policy', 17, 'person.busy'],
  'no-number': [false, false, 'policy', 28, 'number.silence'],
  'privileged-number': [false, false, 'policy', 21, 'refusal.privileged-number'],
  'person-inactive': [false, false, 'policy', 21, 'refusal.person-inactive'],
  'station-inactive': [false, false, 'policy', 21, 'refusal.station-inactive'],
  'facility-inactive': [false, false, 'policy', 21, 'refusal.facility-inactive'],
  'invalid-number': [false, false, 'policy', 28, 'refusal.invalid-number'],
  'denied-number': [false, false, 'policy', 21, 'refusal.denied-number'],
  'policy-unavailable': [false, false, 'policy', 41, 'refusal.unavailable'],
  'already-blocked': [false, false, 'policy', 21, 'refusal.blocked'],
  'account-closed': [false, false, 'policy', 21, 'refusal.account-closed'],
  'outside-hours': [false, false, 'policy', 21, 'refusal.outside-hours'],
  'too-many-attempts': [false, false, 'policy', 21, 'refusal.too-many-attempts'],
  restart: [false, false, 'system', 41, null],
  shutdown: [false, false, 'system', 41, 'service.stops'],
  'media-lost': [false, false, 'system', 41, null],
  'recording-failed': [false, false, 'system', 41, 'outcome.unavailable'],
  fault: [false, false, 'system', 41, 'outcome.unavailable'],
};

describe('the vocabulary of endings', () => {
  test.each(Object.entries(expected))('%s', (word, line) => {
    const { attempt, answered, endedBy, q850, announcement } = dispositions[word as Disposition];
    expect([attempt, answered, endedBy, q850, announcement]).toEqual(line);
  });

  test('has no other words', () => {
    expect(Object.keys(dispositions).sort()).toEqual(Object.keys(expected).sort());
  });

  test('what was answered was attempted', () => {
    for (const { attempt, answered } of Object.values(dispositions)) expect(attempt || !answered).toBe(true);
  });

  test('what the policy turned away is no attempt: the database leaves it out when it counts', () => {
    for (const { attempt, endedBy } of Object.values(dispositions)) expect(attempt && endedBy === 'policy').toBe(false);
  });

  test('every word fits the column of the database', () => {
    for (const word of Object.keys(dispositions)) expect(word).toMatch(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/);
  });

  test('a caller cannot tell a refusal, a block, a hang-up or a machine from a phone that nobody picked up', () => {
    const sameAsNoAnswer = ['refused', 'blocked', 'no-key', 'hung-up-in-offer', 'rejected'] as const;
    for (const word of sameAsNoAnswer)
      expect(dispositions[word].announcement).toBe(dispositions['no-answer'].announcement);
  });

  test('a caller who left is told nothing', () => {
    for (const { endedBy, announcement } of Object.values(dispositions))
      if (endedBy === 'inside') expect(announcement).toBeNull();
  });
});
