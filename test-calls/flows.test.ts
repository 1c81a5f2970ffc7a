import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endings, mostSeconds } from '#flows/explore/explore.ts';
import { deepPath, digestOf, documents } from './flows/documents.ts';
import type { ExploredWorld } from './flows/worlds.ts';
import { everyWorld, exploreWorld, testDepth } from './flows/worlds.ts';
import { root } from './states/documents.ts';

const explored: ExploredWorld[] = [];

describe.each(everyWorld)('$flow: $name', (world) => {
  it('has no dead end, ends on every path, and does nothing without a confirmation or a passcode', async () => {
    const one = await exploreWorld(world, testDepth);
    explored.push(one);
    const { found } = one;
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

describe('the documents made from the flows', () => {
  it('are what the code gives; else run `npm run flows`', async () => {
    expect(explored).toHaveLength(everyWorld.length);
    const all = await documents(explored);
    for (const [path, content] of all) expect(await readFile(join(root, path), 'utf8'), path).toBe(content);
    expect(await readFile(join(root, deepPath), 'utf8')).toContain(`of the flows ${digestOf(all)};`);
  });
});
