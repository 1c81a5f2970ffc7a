import { describe, expect, it } from 'vitest';
import { endings, mostSeconds } from '#flows/explore/explore.ts';
import { everyWorld, exploreWorld, testDepth } from './flows/worlds.ts';

describe.each(everyWorld)('$flow: $name', (world) => {
  it('has no dead end, ends on every path, and does nothing without a confirmation or a passcode', async () => {
    const { found } = await exploreWorld(world, testDepth);
    expect(found.faults).toEqual([]);
    expect(found.longest.seconds).toBeLessThanOrEqual(mostSeconds);
    for (const { leads } of found.states.values()) {
      expect([...leads.values()]).not.toContain('endless');
      for (const to of leads.values()) expect(endings.includes(to) || found.states.has(to)).toBe(true);
    }
    if (world.flow === '866 line') {
      expect(found.states.size).toBeGreaterThan(100);
      expect(found.calls).toBeGreaterThan(1_000);
    } else expect(found.whole).toBe(true);
  });
});
