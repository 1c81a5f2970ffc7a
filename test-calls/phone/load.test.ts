import { expect, test } from 'vitest';
import { house } from './house.ts';
import { babble } from './sound.ts';

const { talking } = house();

test('a hundred phones in one process hear every frame, for a fraction of a core', async () => {
  const calls = await Promise.all(Array.from({ length: 50 }, () => talking()));
  const words = calls.map(
    (_, i) => [babble({ ms: 2000, seed: 100 + i }), babble({ ms: 2000, seed: 200 + i })] as const,
  );
  const [began, used] = [performance.now(), process.cpuUsage()];
  const spoken = calls.map(([son, mother], i) => Promise.all([son.speak(words[i]![0]), mother.speak(words[i]![1])]));
  await Promise.all(spoken);
  const { user, system } = process.cpuUsage(used);
  const share = (user + system) / 1000 / (performance.now() - began);
  for (const [i, [son, mother]] of calls.entries()) {
    expect(await mother.ear.waitFor(words[i]![0])).toMatchObject({ complete: true, likeness: 'exact' });
    expect(await son.ear.waitFor(words[i]![1])).toMatchObject({ complete: true, likeness: 'exact' });
    expect(mother.ear.counts).toMatchObject({ lost: 0, reordered: 0, duplicates: 0 });
  }
  expect(share).toBeLessThan(0.9);
});
