import { expect, test } from 'vitest';
import type { Rate, RateCap, RateData } from '#db/rates.ts';
import { RateFault, rateOf, scheduleOf, type RateFaultCode } from './schedule.ts';

const day = (text: string) => new Date(`${text}T04:00:00Z`);
const cap = (change: Partial<RateCap> = {}): RateCap => ({
  service: 'video',
  sizeClass: 'jail-0',
  validFrom: day('2026-04-06'),
  perMinute: 4_400,
  source: '90 FR 56013',
  ...change,
});
const rate = (change: Partial<Rate> = {}): Rate => ({
  service: 'video',
  scope: { sizeClass: 'jail-0' },
  validFrom: day('2026-05-01'),
  perMinute: 4_400,
  rounding: 'minute-up',
  ...change,
});
const jail = { id: 'jail', agency: 'County', sizeClass: 'jail-0' } as const;
const data = (rates: Rate[], caps: RateCap[] = [cap()]): RateData => ({ rates, caps, facilities: [jail] });

const faultOf = (given: RateData): RateFaultCode | undefined => {
  try {
    scheduleOf(given);
  } catch (error) {
    return error instanceof RateFault ? error.code : undefined;
  }
  return undefined;
};

test('a rate at its cap is taken, one above it is refused', () => {
  expect(faultOf(data([rate()]))).toBeUndefined();
  expect(faultOf(data([rate({ perMinute: 4_401 })]))).toBe('above-cap');
  expect(faultOf(data([rate({ perMinute: 4_401, scope: { facilityId: 'jail' } })]))).toBe('above-cap');
});

test('a rate that a later cap undercuts is refused', () => {
  const caps = [cap({ validUntil: day('2027-04-06') }), cap({ validFrom: day('2027-04-06'), perMinute: 3_000 })];
  expect(faultOf(data([rate()], caps))).toBe('above-cap');
  expect(faultOf(data([rate({ validUntil: day('2027-04-06') })], caps))).toBeUndefined();
});

test('a paid rate needs a cap for all its time and for its place; a free one needs none', () => {
  expect(faultOf(data([rate({ validFrom: day('2026-04-05') })]))).toBe('no-cap');
  expect(faultOf(data([rate()], [cap({ validUntil: day('2027-01-01') })]))).toBe('no-cap');
  const end = day('2027-01-01');
  const sooner = cap({ validUntil: new Date(end.getTime() - 1) });
  expect(faultOf(data([rate({ validUntil: end })], [sooner]))).toBe('no-cap');
  expect(faultOf(data([rate({ validUntil: end })], [cap({ validUntil: end })]))).toBeUndefined();
  expect(faultOf(data([rate()], [cap({ service: 'audio' })]))).toBe('no-cap');
  expect(faultOf(data([rate({ scope: { agency: 'County' } })]))).toBe('no-cap');
  expect(faultOf({ ...data([rate({ scope: { facilityId: 'x' } })]), facilities: [{ id: 'x', agency: 'y' }] })).toBe(
    'no-cap',
  );
  expect(faultOf(data([rate({ scope: { agency: 'County' }, perMinute: 0 })], []))).toBeUndefined();
});

test('figures that are no rates, unknown facilities and overlaps are refused', () => {
  expect(faultOf(data([rate({ perMinute: -1 })]))).toBe('bad-rate');
  expect(faultOf(data([rate({ perMinute: 0.5 })]))).toBe('bad-rate');
  expect(faultOf(data([rate({ perMinute: NaN })]))).toBe('bad-rate');
  expect(faultOf(data([rate({ validUntil: day('2026-05-01') })]))).toBe('bad-rate');
  expect(faultOf(data([rate({ scope: { facilityId: 'nowhere' } })]))).toBe('unknown-facility');
  expect(faultOf(data([rate(), rate({ validFrom: day('2026-06-01') })]))).toBe('overlap');
  expect(faultOf(data([rate()], [cap(), cap()]))).toBe('overlap');
  expect(
    faultOf(data([rate({ validUntil: day('2026-06-01') }), rate({ validFrom: day('2026-06-01') })])),
  ).toBeUndefined();
});

test('the facility’s own rate wins over its agency’s, and that over the one of its size', () => {
  const of = (facility: Parameters<typeof rateOf>[1]['facility'], at = day('2026-05-02')) =>
    rateOf(schedule, { service: 'video', facility, at }).perMinute;
  const schedule = scheduleOf(
    data([
      rate({ perMinute: 3_000 }),
      rate({ perMinute: 2_000, scope: { facilityId: 'jail' }, validUntil: day('2026-06-01') }),
      rate({ perMinute: 0, scope: { agency: 'Free State' } }),
    ]),
  );
  expect(of(jail)).toBe(2_000);
  expect(of({ ...jail, id: 'other' })).toBe(3_000);
  expect(of({ ...jail, id: 'other', agency: 'Free State' })).toBe(0);
  expect(of(jail, day('2026-06-01'))).toBe(3_000);
});

test('the rate at connection is the one asked for, to the millisecond of its change', () => {
  const change = day('2026-06-01');
  const schedule = scheduleOf(
    data([rate({ perMinute: 4_000, validUntil: change }), rate({ perMinute: 2_000, validFrom: change })]),
  );
  const at = (ms: number) =>
    rateOf(schedule, { service: 'video', facility: jail, at: new Date(change.getTime() + ms) }).perMinute;
  expect([at(-1), at(0)]).toEqual([4_000, 2_000]);
});

test('where no rate is known a call is not free: it has none', () => {
  const schedule = scheduleOf(data([rate()]));
  const ask = (change: object) => () =>
    rateOf(schedule, { service: 'video', facility: jail, at: day('2026-05-02'), ...change });
  const none = expect.objectContaining({ code: 'no-rate' }) as unknown;
  expect(ask({ service: 'audio' })).toThrow(none);
  expect(ask({ at: day('2026-04-30') })).toThrow(none);
  expect(ask({ facility: { id: 'small', agency: 'y' } })).toThrow(none);
});
