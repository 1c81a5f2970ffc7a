import { expect, test } from 'vitest';
import { hunted } from './kill.ts';
import { table, turns } from './told.ts';

test('each is killed as often as the others, in another order each round, the same for the same draws', () => {
  const draws = () => {
    let state = 7;
    return (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
  };
  const order = turns(hunted, 50, draws());
  expect(order).toEqual(turns(hunted, 50, draws()));
  const rounds = Array.from({ length: 50 }, (_, nth) => order.slice(nth * hunted.length, (nth + 1) * hunted.length));
  for (const round of rounds) expect([...round].sort()).toEqual([...hunted].sort());
  expect(new Set(rounds.map((round) => round.join())).size).toBeGreaterThan(40);
});

test('the times of each are told, and what was not measured is not', () => {
  const kills = [300, 100, 200].map((servesMs) => ({ process: 'ivr' as const, servesMs }));
  expect(table([...kills, { process: 'media', noticedMs: 40.4 }])).toBe(
    [
      'killed  times  noticed (median / max)  serves again (median / max)',
      'ivr     3      -                       200 / 300 ms',
      'media   1      40 / 40 ms              -',
    ].join('\n'),
  );
});
