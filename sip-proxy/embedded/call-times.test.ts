import { expect, it } from 'vitest';
import { FakeClock } from '#sip-stack/fake-clock.ts';
import { measure } from './call-times.ts';

it('a call waits for its first 180 or later response, and for its 200, once each', () => {
  const clock = new FakeClock();
  const told: unknown[] = [];
  const response = measure(clock, (...facts) => told.push(facts), 'out');
  for (const [ms, status] of [
    [500, 100],
    [500, 183],
    [500, 180],
    [1000, 200],
    [1000, 200],
  ] as const) {
    clock.advance(ms);
    response(status);
  }
  expect(told).toEqual([
    ['pdd', 'out', 1],
    ['answer', 'out', 2.5],
  ]);
});

it('a call that is refused has waited for that', () => {
  const clock = new FakeClock();
  const told: unknown[] = [];
  const response = measure(clock, (...facts) => told.push(facts), 'in');
  clock.advance(2000);
  response(486);
  expect(told).toEqual([['pdd', 'in', 2]]);
});
