import fc from 'fast-check';
import { expect, test } from 'vitest';
import { affordableMinutes, affordableSeconds, allowanceOf, priceOf, type Charging } from './price.ts';

const minuteUp = (perMinute: number): Charging => ({ perMinute, rounding: 'minute-up' });
const bySecond = (perMinute: number): Charging => ({ perMinute, rounding: 'second' });
const lasting = (seconds: number, from = '2026-05-01T19:00:00Z') => {
  const connectedAt = new Date(from);
  return { connectedAt, endedAt: new Date(connectedAt.getTime() + seconds * 1_000) };
};
const cents = (seconds: number, charging: Charging) => priceOf(lasting(seconds), charging).cents;
const anyCharging = fc.record<Charging>({
  perMinute: fc.integer({ min: 1, max: 10_000 }),
  rounding: fc.constantFrom('minute-up', 'second'),
});

test('a video call of 13 minutes at 25 cents costs $3.25 however it is counted (guide row 66)', () => {
  for (const charging of [minuteUp(2_500), bySecond(2_500)])
    expect(priceOf(lasting(13 * 60), charging)).toEqual({ seconds: 780, chargedSeconds: 780, cents: 325 });
});

test('a minute begun is a minute, a second is a second', () => {
  expect([1, 59, 60, 61, 120, 121].map((seconds) => cents(seconds, minuteUp(1_900)))).toEqual([19, 19, 19, 38, 38, 57]);
  expect([1, 59, 60, 61, 120, 121].map((seconds) => cents(seconds, bySecond(1_900)))).toEqual([0, 18, 19, 19, 38, 38]);
});

test('no talk costs nothing, nor does part of a second', () => {
  for (const charging of [minuteUp(4_400), bySecond(4_400)]) {
    expect(priceOf(lasting(0), charging)).toEqual({ seconds: 0, chargedSeconds: 0, cents: 0 });
    expect(cents(0.999, charging)).toBe(0);
  }
  expect(cents(60.999, minuteUp(4_400))).toBe(44);
});

test('a free call costs nothing however long it is', () => {
  for (const charging of [minuteUp(0), bySecond(0)]) expect(cents(86_400, charging)).toBe(0);
});

test('parts of a cent add up over the call and the last part is not charged', () => {
  expect(cents(60, minuteUp(350))).toBe(3);
  expect(cents(120, minuteUp(350))).toBe(7);
});

test('a call over midnight, or over the change of clocks, lasts as long as it lasts', () => {
  expect(priceOf(lasting(600, '2026-05-02T06:55:00Z'), minuteUp(1_000)).cents).toBe(100); // 23:55 in Los Angeles
  expect(priceOf(lasting(600, '2026-11-01T08:55:00Z'), minuteUp(1_000)).cents).toBe(100); // 01:55, then 01:05 once more
  expect(priceOf(lasting(600, '2026-03-08T09:55:00Z'), minuteUp(1_000)).cents).toBe(100); // 01:55, then 03:05
});

test('a call that ends before it began is refused', () => {
  expect(() => priceOf(lasting(-1), minuteUp(1_000))).toThrow(RangeError);
  expect(() => priceOf({ connectedAt: new Date(0), endedAt: new Date(NaN) }, bySecond(1_000))).toThrow(RangeError);
});

test('counted by the second no call costs more than its share of the rate', () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.integer({ min: 1, max: 10_000 }), (seconds, perMinute) => {
      expect(cents(seconds, bySecond(perMinute)) * 6_000).toBeLessThanOrEqual(perMinute * seconds);
    }),
  );
});

test('what a balance pays for it pays for, and not a count more', () => {
  fc.assert(
    fc.property(fc.nat(50_000), anyCharging, (balance, charging) => {
      const most = affordableSeconds(balance, charging);
      const step = charging.rounding === 'second' ? 1 : 60;
      expect(cents(most, charging)).toBeLessThanOrEqual(balance);
      expect(cents(most + step, charging)).toBeGreaterThan(balance);
    }),
  );
});

test('minutes a balance pays for', () => {
  expect(affordableMinutes(325, minuteUp(2_500))).toBe(13);
  expect(affordableMinutes(324, minuteUp(2_500))).toBe(12);
  expect(affordableMinutes(-1, minuteUp(2_500))).toBe(0);
  expect(affordableMinutes(0, minuteUp(0))).toBe(Infinity);
});

test('an allowance is the limit or the money, whichever is less', () => {
  expect(allowanceOf(10_000, 900, minuteUp(2_500))).toEqual({ kind: 'paid', seconds: 900, cents: 375 });
  expect(allowanceOf(110, 900, minuteUp(2_500))).toEqual({ kind: 'paid', seconds: 240, cents: 100 });
  expect(allowanceOf(10_000, 90, minuteUp(2_500))).toEqual({ kind: 'paid', seconds: 90, cents: 50 });
  expect(allowanceOf(25, 900, minuteUp(2_500))).toEqual({ kind: 'paid', seconds: 60, cents: 25 });
  expect(allowanceOf(10_000, 30, bySecond(2_500))).toEqual({ kind: 'paid', seconds: 30, cents: 12 });
  expect(allowanceOf(24, 900, minuteUp(2_500))).toEqual({ kind: 'unaffordable' });
  expect(allowanceOf(24, 900, bySecond(2_500))).toEqual({ kind: 'unaffordable' });
  expect(allowanceOf(0, 900, minuteUp(0))).toEqual({ kind: 'free', seconds: 900 });
});

test('no call within its allowance costs more than is held, nor is more held than there is', () => {
  fc.assert(
    fc.property(
      fc.nat(20_000),
      fc.integer({ min: 1, max: 3_600 }),
      fc.nat(3_600),
      anyCharging,
      (money, limit, talk, charging) => {
        const allowance = allowanceOf(money, limit, charging);
        if (allowance.kind !== 'paid') return;
        expect(allowance.cents).toBeLessThanOrEqual(money);
        expect(cents(Math.min(talk, allowance.seconds), charging)).toBeLessThanOrEqual(allowance.cents);
      },
    ),
  );
});
