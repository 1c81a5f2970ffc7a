import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Tick } from './tick.ts';

let now = 0;
/** Lets time pass in steps as the event loop would. */
const pass = (ms: number, step = 1): void => {
  for (let n = 0; n < ms; n += step) {
    now += step;
    vi.advanceTimersByTime(step);
  }
};
const counter = () => {
  const one = { count: 0, tick: () => void (one.count += 1) };
  return one;
};
let tick: Tick;
const faults: string[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  now = 1000;
  faults.length = 0;
  tick = new Tick(
    () => now,
    (_, event) => faults.push(event),
  );
});
afterEach(() => {
  tick.stop();
  vi.useRealTimers();
});

describe('the tick', () => {
  it('calls everybody each 20 ms, spread over the phases', () => {
    const all = Array.from({ length: 8 }, counter);
    for (const one of all) tick.add(one);
    tick.start();
    pass(5);
    expect(all.map((one) => one.count).reduce((sum, count) => sum + count)).toBe(2);
    pass(995);
    expect(all.map((one) => one.count)).toEqual(Array.from({ length: 8 }, () => 50));
  });

  it('makes up for lateness, so that it never drifts', () => {
    const one = counter();
    tick.add(one);
    tick.start();
    pass(100);
    now += 333;
    pass(567);
    expect(one.count).toBe(50);
    expect(tick.lateness().worst).toBeGreaterThanOrEqual(320);
  });

  it('has what came read before anybody is called, also when many ticks are made up for', () => {
    const order: string[] = [];
    tick.before = () => order.push('read');
    tick.add({ tick: () => void order.push('called') });
    tick.start();
    pass(20);
    expect(order.filter((what) => what === 'called')).toHaveLength(1);
    expect(order.at(order.indexOf('called') - 1)).toBe('read');
    order.length = 0;
    now += 100;
    pass(10);
    expect(order.slice(0, 2)).toEqual(['read', 'called']);
    expect(order.filter((what) => what === 'called').length).toBeGreaterThanOrEqual(5);
  });

  it('gives up ticks after a long standstill', () => {
    const one = counter();
    tick.add(one);
    tick.start();
    now += 60_000;
    pass(20);
    expect(one.count).toBeLessThanOrEqual(2);
    expect(faults).toEqual(['tick standstill']);
  });

  it('goes on for the others when one fails, and forgets those that were removed', () => {
    const [bad, good, gone] = [
      {
        tick: () => {
          throw new Error('x');
        },
      },
      counter(),
      counter(),
    ];
    for (const one of [bad, good, gone]) tick.add(one);
    tick.remove(gone);
    tick.start();
    pass(100);
    expect([good.count, gone.count]).toEqual([5, 0]);
    expect(faults).toEqual(Array.from({ length: 5 }, () => 'channel fault in tick'));
  });
});
