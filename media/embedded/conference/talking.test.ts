import { beforeEach, expect, it } from 'vitest';
import { Talking } from './talking.ts';

let talking: Talking;
beforeEach(() => {
  talking = new Talking();
  talking.level = 100;
});
const hear = (loudness: number, times: number): (string | undefined)[] =>
  Array.from({ length: times }, () => talking.hear(loudness)).filter((change) => change !== undefined);

it('a clear voice is talk at once, and once', () => {
  expect([talking.hear(501), talking.now, talking.hear(900)]).toEqual(['began', true, undefined]);
});

it('a faint one is talk after 0.3 s of it', () => {
  expect(hear(200, 14)).toEqual([]);
  expect([talking.now, talking.hear(200), talking.now]).toEqual([false, 'began', true]);
});

it('single faint sounds never are', () => {
  for (let n = 0; n < 50; n += 1) {
    talking.hear(200);
    talking.hear(0);
  }
  expect(talking.now).toBe(false);
});

it('what is not louder than the level is silence, and 0.8 s of it are the end', () => {
  talking.hear(900);
  expect(hear(100, 39)).toEqual([]);
  expect([talking.now, talking.hear(100), talking.now]).toEqual([true, 'ended', false]);
  expect(hear(0, 100)).toEqual([]);
});

it('who is stopped begins anew', () => {
  talking.hear(900);
  talking.stop();
  expect([talking.now, talking.hear(900)]).toEqual([false, 'began']);
});
