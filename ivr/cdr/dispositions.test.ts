import { describe, expect, test } from 'vitest';
import type { Disposition } from './dispositions.ts';
import { dispositions } from './dispositions.ts';

type Line = readonly [attempt: boolean, answered: boolean, endedBy: string, q850: number, announcement: string | null];

/** The whole vocabulary once more, so that no word of the CDR changes its meaning unseen. */
const expected: Record<Disposition, Line> = {
  talked: [true, true, 'called', 16, 'outcome.ended'],
  'limit-reached': [true, true, 'system', 16, 'talk.limit'],
  'far-end-lost': [true, true, 'network', 27, 'talk.lost'],
  refused: [true, true, 'called', 21, 'outcome.no-answer'],
  blocked: [true, true, 'called', 21, 'outcome.no-answer'],
  'no-key': [true, true, 'system', 19, 'outcome.no-answer'],
  'hung-up-in-offer': [true, true, 'called', 16, 'outcome.no-answer'],
  'caller-left-offer': [true, true, 'caller', 16, null],
  'caller-cancelled': [true, false, 'caller', 16, null],
  busy: [true, false, 'network', 17, 'outcome.busy'],
  'no-answer': [true, false, 'network', 19, 'outcome.no-answer'],
  rejected: [true, false, 'network', 21, 'outcome.no-answer'],
  'not-in-service': [true, false, 'network', 1, 'outcome.not-in-service'],
  redirected: [true, false, 'network', 23, 'outcome.unavailable'],
  incompatible: [true, false, 'network', 88, 'outcome.unavailable'],
  unavailable: [true, false, 'network', 38, 'outcome.unavailable'],
  'caller-hung-up': [false, false, 'caller', 16, null],
  'no-codec': [false, false, 'system', 88, null],
  'pin-failed': [false, false, 'system', 21, 'pin.goodbye'],
  'person-busy': [false, false, 'system', 17, 'person.busy'],
  'no-number': [false, false, 'system', 28, 'number.silence'],
  'privileged-number': [false, false, 'system', 21, 'refusal.privileged-number'],
  'person-inactive': [false, false, 'system', 21, 'refusal.person-inactive'],
  'station-inactive': [false, false, 'system', 21, 'refusal.station-inactive'],
  'facility-inactive': [false, false, 'system', 21, 'refusal.facility-inactive'],
  'invalid-number': [false, false, 'system', 28, 'refusal.invalid-number'],
  'denied-number': [false, false, 'system', 21, 'refusal.denied-number'],
  'policy-unavailable': [false, false, 'system', 41, 'refusal.unavailable'],
  'already-blocked': [false, false, 'system', 21, 'refusal.blocked'],
  'account-closed': [false, false, 'system', 21, 'refusal.account-closed'],
  'outside-hours': [false, false, 'system', 21, 'refusal.outside-hours'],
  'too-many-attempts': [false, false, 'system', 21, 'refusal.too-many-attempts'],
  restart: [false, false, 'system', 41, null],
  shutdown: [false, false, 'system', 41, 'outcome.unavailable'],
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

  test('a caller cannot tell a refusal, a block, a hang-up or a machine from a phone that nobody picked up', () => {
    const sameAsNoAnswer = ['refused', 'blocked', 'no-key', 'hung-up-in-offer', 'rejected'] as const;
    for (const word of sameAsNoAnswer)
      expect(dispositions[word].announcement).toBe(dispositions['no-answer'].announcement);
  });

  test('a caller who left is told nothing', () => {
    for (const { endedBy, announcement } of Object.values(dispositions))
      if (endedBy === 'caller') expect(announcement).toBeNull();
  });
});
