import type { PolicyFacts } from '#db/policy.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dispositions } from '../cdr/dispositions.ts';
import type { DialledNumber } from './dialled-number.ts';
import { mayCall } from './may-call.ts';
import type { Refusal } from './refusals.ts';
import { refusals, severity } from './refusals.ts';

const always = [{ from: '00:00', to: '24:00' }];
const clear: PolicyFacts = {
  person: { active: true },
  station: { active: true },
  facility: {
    id: 'valley-view',
    active: true,
    timeZone: 'America/Los_Angeles',
    callingHours: { mon: [{ from: '08:00', to: '21:00' }] },
    velocity: { attemptsPerPersonPerHour: 10, attemptsPerNumberPerDay: 20 },
  },
  privileged: false,
  blocked: { thisFacility: false, allFacilities: false, byClosing: false },
  attempts: { byPersonLastHour: 9, toNumberLastDay: 19 },
};
const number: DialledNumber = { kind: 'valid', e164: '+14155550123', country: 'US', class: 'fixed-or-mobile' };
const noon = new Date('2026-11-23T20:00:00Z'); // Monday, 12:00 in Los Angeles

interface Case {
  readonly facts: PolicyFacts;
  readonly number: DialledNumber;
  readonly at: Date;
}
const allowed: Case = { facts: clear, number, at: noon };
const ask = ({ facts, number, at }: Case) => mayCall(facts, number, at);
const facts = (change: Partial<PolicyFacts>) => (one: Case) => ({ ...one, facts: { ...one.facts, ...change } });
const facility = (change: Partial<PolicyFacts['facility']>) => (one: Case) =>
  facts({ facility: { ...one.facts.facility, ...change } })(one);
const dials = (number: DialledNumber) => (one: Case) => ({ ...one, number });
const attempts = (change: Partial<PolicyFacts['attempts']>) => (one: Case) =>
  facts({ attempts: { ...one.facts.attempts, ...change } })(one);
const blocks = (change: Partial<PolicyFacts['blocked']>) => (one: Case) =>
  facts({ blocked: { ...one.facts.blocked, ...change } })(one);

/** Every way to restrict a call that is otherwise allowed, and the reason it gives when it is alone. */
const restrictions: readonly (readonly [name: string, Refusal, (one: Case) => Case])[] = [
  ['the number is privileged', 'privileged-number', facts({ privileged: true })],
  ['the person is inactive', 'person-inactive', facts({ person: { active: false } })],
  ['the station is inactive', 'station-inactive', facts({ station: { active: false } })],
  ['the facility is inactive', 'facility-inactive', facility({ active: false })],
  ['the number is invalid', 'invalid-number', dials({ kind: 'invalid' })],
  ['the number is premium', 'denied-number', dials({ kind: 'denied', class: 'premium', e164: '+19005550123' })],
  ['the number is 911', 'denied-number', dials({ kind: 'denied', class: 'emergency' })],
  ['the time zone is unknown', 'unavailable', facility({ timeZone: 'Mars/Olympus' })],
  ['the hours are unreadable', 'unavailable', facility({ callingHours: { mon: [{ from: 'x', to: 'y' }] } })],
  ['the number is blocked here', 'blocked', blocks({ thisFacility: true })],
  ['the number is blocked everywhere', 'blocked', blocks({ allFacilities: true })],
  ['the account was closed', 'account-closed', blocks({ byClosing: true })],
  ['it is before the hours', 'outside-hours', (one) => ({ ...one, at: new Date('2026-11-23T15:59:59Z') })],
  ['it is after the hours', 'outside-hours', (one) => ({ ...one, at: new Date('2026-11-24T05:00:00Z') })],
  ['the day is closed', 'outside-hours', facility({ callingHours: { tue: always } })],
  ['the person called ten times', 'too-many-attempts', attempts({ byPersonLastHour: 10 })],
  ['the number was called twenty times', 'too-many-attempts', attempts({ toNumberLastDay: 20 })],
];

describe('may this call be placed?', () => {
  test('yes, when every condition holds', () => {
    expect(ask(allowed)).toEqual({ kind: 'yes' });
  });

  test.each(restrictions)('not when %s: %s', (_name, reason, restrict) => {
    expect(ask(restrict(allowed))).toEqual({ kind: 'no', reason });
  });

  test('a limit of none allows none', () => {
    const none = facility({ velocity: { attemptsPerPersonPerHour: 0, attemptsPerNumberPerDay: 20 } });
    expect(ask(attempts({ byPersonLastHour: 0 })(none(allowed)))).toEqual({ kind: 'no', reason: 'too-many-attempts' });
  });
});

describe('of several refusals the most severe is told', () => {
  const pairs = restrictions.flatMap(([one, reason, restrict]) =>
    restrictions.map(
      ([other, otherReason, restrictToo]) => [one, other, reason, otherReason, restrict, restrictToo] as const,
    ),
  );
  test.each(pairs)('%s and %s', (_one, _other, reason, otherReason, restrict, restrictToo) => {
    const both = restrictToo(restrict(allowed));
    const told = ask(both);
    // Two restrictions of one fact replace each other: then the later one is alone.
    const alone = [ask(restrict(allowed)), ask(restrictToo(allowed))].map(
      (verdict) => verdict.kind === 'no' && severity.indexOf(verdict.reason),
    );
    expect(told.kind).toBe('no');
    if (told.kind === 'no' && JSON.stringify(both) === JSON.stringify(restrict(restrictToo(allowed))))
      expect(severity.indexOf(told.reason)).toBe(Math.min(...alone.map(Number)));
    expect([reason, otherReason]).toContain(told.kind === 'no' && told.reason);
  });

  test('in this order', () => {
    expect(severity).toEqual([
      ...['privileged-number', 'person-inactive', 'station-inactive', 'facility-inactive', 'invalid-number'],
      ...['denied-number', 'unavailable', 'blocked', 'account-closed', 'outside-hours', 'too-many-attempts'],
    ]);
  });

  test('any number of restrictions in any order is a no, and one more never makes it a yes', () => {
    const some = fc.array(fc.constantFrom(...restrictions), { maxLength: 8 });
    fc.assert(
      fc.property(some, fc.constantFrom(...restrictions), (several, [, , oneMore]) => {
        const restricted = several.reduce((one, [, , restrict]) => restrict(one), allowed);
        const before = ask(restricted);
        expect(before.kind).toBe(several.length === 0 ? 'yes' : 'no');
        const after = ask(oneMore(restricted));
        expect(after.kind).toBe('no');
      }),
    );
  });

  test('yes needs every condition, whatever the facts are', () => {
    const arbitrary = fc.record({
      person: fc.record({ active: fc.boolean() }),
      station: fc.record({ active: fc.boolean() }),
      facility: fc.record({
        id: fc.string(),
        active: fc.boolean(),
        timeZone: fc.constantFrom('America/Los_Angeles', 'UTC', 'nowhere'),
        callingHours: fc.constantFrom({ mon: always }, { tue: always }, {}),
        velocity: fc.record({ attemptsPerPersonPerHour: fc.nat(3), attemptsPerNumberPerDay: fc.nat(3) }),
      }),
      privileged: fc.boolean(),
      blocked: fc.record({ thisFacility: fc.boolean(), allFacilities: fc.boolean(), byClosing: fc.boolean() }),
      attempts: fc.record({ byPersonLastHour: fc.nat(3), toNumberLastDay: fc.nat(3) }),
    });
    const dialled = fc.constantFrom<DialledNumber>(number, { kind: 'invalid' }, { kind: 'denied', class: 'n11' });
    fc.assert(
      fc.property(arbitrary, dialled, ({ person, station, facility, privileged, blocked, attempts }, to) => {
        const every =
          person.active &&
          station.active &&
          facility.active &&
          facility.timeZone !== 'nowhere' &&
          'mon' in facility.callingHours &&
          !privileged &&
          !blocked.thisFacility &&
          !blocked.allFacilities &&
          !blocked.byClosing &&
          attempts.byPersonLastHour < facility.velocity.attemptsPerPersonPerHour &&
          attempts.toNumberLastDay < facility.velocity.attemptsPerNumberPerDay &&
          to.kind === 'valid';
        const all = { person, station, facility, privileged, blocked, attempts };
        expect(mayCall(all, to, noon).kind).toBe(every ? 'yes' : 'no');
      }),
      { numRuns: 500 },
    );
  });

  test('the reach of that property: facts in which only one thing may vary do say yes', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(19), (person, to) => {
        expect(ask(attempts({ byPersonLastHour: person, toNumberLastDay: to })(allowed))).toEqual({ kind: 'yes' });
      }),
    );
  });
});

/** Every path to a leaf of the facts. */
const paths = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
  typeof value === 'object' && value !== null && path.at(-1) !== 'callingHours'
    ? [
        ...(path.length > 0 ? [path] : []),
        ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key])),
      ]
    : [path];

const replaced = (value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown =>
  key === undefined ? by : { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, by) };

describe('fails closed', () => {
  test('without facts', () => {
    expect(mayCall(undefined, number, noon)).toEqual({ kind: 'no', reason: 'unavailable' });
    expect(mayCall(undefined, { kind: 'invalid' }, noon)).toEqual({ kind: 'no', reason: 'invalid-number' });
    expect(mayCall(undefined, { kind: 'denied', class: '976' }, noon)).toEqual({ kind: 'no', reason: 'denied-number' });
  });

  test('at no time', () => {
    expect(mayCall(clear, number, new Date(NaN))).toEqual({ kind: 'no', reason: 'unavailable' });
  });

  // The id of the facility decides nothing.
  const decisive = paths(clear).filter((path) => path.join('.') !== 'facility.id');
  const nonsense = [undefined, null, '', NaN, -1, 'true', 'CLOSED', 'toString', Symbol('other')];
  test.each(decisive.map((path) => [path.join('.'), path] as const))(
    'when %s is missing or nonsense',
    (_name, path) => {
      for (const value of nonsense)
        expect(mayCall(replaced(clear, path, value) as PolicyFacts, number, noon), String(value)).toEqual({
          kind: 'no',
          reason: 'unavailable',
        });
    },
  );

  test('a definite refusal is still told when other facts are missing', () => {
    expect(mayCall({ privileged: true } as PolicyFacts, number, noon)).toEqual({
      kind: 'no',
      reason: 'privileged-number',
    });
    expect(mayCall({ person: { active: false } } as PolicyFacts, number, noon)).toEqual({
      kind: 'no',
      reason: 'person-inactive',
    });
  });

  test('an unknown part of a block is no block, and no yes either', () => {
    const half = { ...clear, blocked: { thisFacility: false } } as unknown as PolicyFacts;
    expect(mayCall(half, number, noon)).toEqual({ kind: 'no', reason: 'unavailable' });
  });
});

describe('every refusal', () => {
  const expected: Record<Refusal, string> = {
    'privileged-number': 'privileged-number',
    'person-inactive': 'person-inactive',
    'station-inactive': 'station-inactive',
    'facility-inactive': 'facility-inactive',
    'invalid-number': 'invalid-number',
    'denied-number': 'denied-number',
    unavailable: 'policy-unavailable',
    blocked: 'already-blocked',
    'account-closed': 'account-closed',
    'outside-hours': 'outside-hours',
    'too-many-attempts': 'too-many-attempts',
  };
  test.each(severity)('%s has its own announcement and its own disposition', (reason) => {
    const { disposition, announcement } = refusals[reason];
    expect([disposition, announcement]).toEqual([expected[reason], `refusal.${reason}`]);
    expect(dispositions[disposition]).toMatchObject({ attempt: false, answered: false, announcement });
  });

  test('no two share them', () => {
    expect(new Set(Object.values(refusals).map(({ disposition }) => disposition)).size).toBe(severity.length);
  });
});
