import { beforeEach, describe, expect, test } from 'vitest';
import { BackOff } from './back-off.ts';

const minute = 60_000;
const [here, there] = ['198.51.100.7', '198.51.100.8'];
let now = 0;
let backOff = new BackOff(() => now);
beforeEach(() => {
  now = 1_000_000;
  backOff = new BackOff(() => now);
});

/** Phones send from one port here, unless it matters. */
const port = 5060;
const wait = (source: string, username: string, from = port): number => backOff.wait(source, username, from);
const fail = (times: number, username = 'phone-1', source: string = here) => {
  for (let failure = 0; failure < times; failure++) backOff.failed(source, username, port);
};

describe('who guesses passwords', () => {
  test('waits twice as long after every failure beyond the third, at most a quarter of an hour', () => {
    const waits = Array.from({ length: 16 }, () => {
      fail(1);
      return wait(here, 'phone-1') / 1000;
    });
    expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
  });

  test('waits less as time passes, and then may try', () => {
    fail(6);
    now += 1500;
    expect(wait(here, 'phone-1')).toBe(2500);
    now += 2500;
    expect(wait(here, 'phone-1')).toBe(0);
  });

  test('does not make others wait: neither another user of that source nor that user elsewhere', () => {
    fail(10);
    expect(wait(here, 'phone-1')).toBe(64_000);
    expect(wait(here, 'phone-2')).toBe(0);
    expect(wait(there, 'phone-1')).toBe(0);
  });

  test('waits for every user name of a source after twenty failures over any of them', () => {
    for (let user = 0; user < 20; user++) fail(1, `phone-${user}`);
    expect(wait(here, 'phone-99')).toBe(0);
    fail(1, 'phone-20');
    expect(wait(here, 'phone-99')).toBe(1000);
    fail(2, 'phone-21');
    expect(wait(here, 'phone-99')).toBe(4000);
    expect(wait(there, 'phone-99')).toBe(0);
  });

  test('is cleared by the right password for that user, and not for the source', () => {
    fail(21);
    backOff.succeeded(here, 'phone-1', port);
    expect(wait(here, 'phone-1', port + 1)).toBe(1000);
    now += 1000;
    fail(3);
    now += 10_000;
    expect(wait(here, 'phone-1')).toBe(0);
  });

  test('is forgiven one failure every quarter of an hour', () => {
    fail(4);
    now += 30 * minute;
    fail(1);
    expect(wait(here, 'phone-1')).toBe(0);
    fail(1);
    expect(wait(here, 'phone-1')).toBe(1000);
  });
});

test('one phone with an old password, trying every half minute for a day, does not lock out its facility', () => {
  let tries = 0;
  for (const end = now + 24 * 60 * minute; now < end; now += minute / 2) {
    expect(wait(here, 'phone-2')).toBe(0);
    if (wait(here, 'phone-1') > 0) continue;
    tries++;
    fail(1);
  }
  expect(tries).toBeGreaterThan(90);
  expect(tries).toBeLessThan(120);
});

test('the memory is bounded: those that failed longest ago are forgotten', () => {
  backOff = new BackOff(() => now, { most: 4 });
  fail(4, 'phone-1', here);
  fail(4, 'phone-1', there);
  expect(backOff.dump()).toEqual({ remembered: 4, waiting: 2 });
  fail(1, 'phone-1', '203.0.113.1');
  expect(backOff.dump()).toEqual({ remembered: 4, waiting: 1 });
  expect(wait(here, 'phone-1')).toBe(0);
  expect(wait(there, 'phone-1')).toBe(1000);
});

test('who fails again is not the one forgotten', () => {
  backOff = new BackOff(() => now, { most: 4 });
  fail(3, 'phone-1', here);
  fail(4, 'phone-1', there);
  fail(1, 'phone-1', here);
  fail(1, 'phone-1', '203.0.113.1');
  expect(wait(here, 'phone-1')).toBe(1000);
  expect(wait(there, 'phone-1')).toBe(0);
});

test('a user name is remembered by its first 64 characters', () => {
  fail(4, `${'x'.repeat(64)}a`);
  expect(wait(here, `${'x'.repeat(64)}b`)).toBe(1000);
});

describe('a phone that has shown its password', () => {
  const guess = (times: number): void => {
    for (let n = 0; n < times; n++) backOff.failed(here, `guess-${n}`, 40_000 + n);
  };

  test('waits for nobody who guesses behind the same address, however long that goes on', () => {
    backOff.succeeded(here, 'phone-1', port);
    for (let hour = 0; hour < 20; hour++) {
      guess(60);
      backOff.failed(here, 'phone-1', 666);
      now += 60 * minute;
      expect(wait(here, 'phone-1')).toBe(0);
      backOff.succeeded(here, 'phone-1', port);
    }
    guess(60);
    expect(wait(here, 'phone-2')).toBeGreaterThan(0);
  });

  test('is believed where it sends from, for two hours, and until it makes a mistake itself', () => {
    backOff.succeeded(here, 'phone-1', port);
    guess(60);
    expect(wait(here, 'phone-1', port + 1)).toBeGreaterThan(0);
    expect(wait(there, 'phone-1')).toBe(0);
    now += 120 * minute - 1;
    guess(60);
    expect(wait(here, 'phone-1')).toBe(0);
    now += 1;
    expect(wait(here, 'phone-1')).toBeGreaterThan(0);
    now += 60 * minute;
    backOff.succeeded(here, 'phone-1', port);
    guess(60);
    expect(wait(here, 'phone-1')).toBe(0);
    backOff.failed(here, 'phone-1', port);
    expect(wait(here, 'phone-1')).toBeGreaterThan(0);
  });

  test('is forgotten when there are too many', () => {
    backOff = new BackOff(() => now, { most: 3 });
    for (const user of ['1', '2', '3', '1', '4']) backOff.succeeded(here, user, port);
    for (let n = 0; n < 60; n++) backOff.failed(here, 'guess', 1);
    expect(['1', '2', '3', '4'].map((user) => wait(here, user) > 0)).toEqual([false, true, false, false]);
  });
});
