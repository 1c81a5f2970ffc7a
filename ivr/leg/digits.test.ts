import { describe, expect, it } from 'vitest';
import { Digits } from './digits.ts';

/** A clock that stands still. */
const clock = {
  now: () => new Date(0),
  elapsed: () => 0,
  wait: (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
};
const never = new AbortController().signal;

describe('digits of a leg', () => {
  it('come in order, those pressed before anybody reads first', async () => {
    const digits = new Digits(clock);
    digits.press('1', 'media');
    const second = digits.next(1_000, never).then(() => digits.next(1_000, never));
    digits.press('2', 'media');
    expect(await second).toBe('2');
  });

  it('are all kept when several come at once while one is awaited', async () => {
    const digits = new Digits(clock);
    const first = digits.next(1_000, never);
    for (const digit of '482#') digits.press(digit, 'media');
    const heard = [await first];
    while (heard.length < 4) heard.push(await digits.next(1_000, never));
    expect(heard.join('')).toBe('482#');
  });

  it('are left to the next reader when the one before was told to stop', async () => {
    const digits = new Digits(clock);
    const stop = new AbortController();
    const first = digits.next(1_000, stop.signal);
    stop.abort('enough');
    await expect(first).rejects.toBe('enough');
    digits.press('7', 'media');
    expect(await digits.next(1_000, never)).toBe('7');
  });

  it('are those of a telephone, and no more than 128 of them wait', async () => {
    const digits = new Digits(clock);
    for (const other of ['E', '12', '', ' ']) digits.press(other, 'media');
    for (let pressed = 0; pressed < 128; pressed++) digits.press('1', 'media');
    digits.press('2', 'media');
    const heard: (string | undefined)[] = [];
    while (heard.length < 128) heard.push(await digits.next(0, never));
    expect(new Set(heard)).toEqual(new Set(['1']));
    digits.press('3', 'media');
    expect(await digits.next(0, never)).toBe('3');
  });

  it('are forgotten when they were meant for something else', async () => {
    const digits = new Digits(clock);
    digits.press('1', 'media');
    digits.forget();
    digits.press('2', 'media');
    expect(await digits.next(0, never)).toBe('2');
  });

  it('are absent after the time without one', async () => {
    const digits = new Digits({ ...clock, wait: () => Promise.resolve() });
    expect(await digits.next(1_000, never)).toBeUndefined();
  });

  it('count once for a phone that sends each key in two ways', async () => {
    const digits = new Digits(clock);
    digits.press('1', 'media');
    digits.press('1', 'info');
    digits.press('2', 'media');
    expect([await digits.next(0, never), await digits.next(0, never)]).toEqual(['1', '2']);
  });
});
