import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endings, mostSeconds } from '#flows/explore/explore.ts';
import { deepPath, digestOf, documents } from './flows/documents.ts';
import type { ExploredWorld, World } from './flows/worlds.ts';
import { everyWorld, exploreWorld, testDepth } from './flows/worlds.ts';
import { root } from './states/documents.ts';

const explored = new Map<World, Promise<ExploredWorld>>();

/** Explored once, whichever test asks first. */
function exploredOnce(world: World): Promise<ExploredWorld> {
  const found = explored.get(world) ?? exploreWorld(world, testDepth);
  explored.set(world, found);
  return found;
}

describe.each(everyWorld)('$flow: $name', (world) => {
  it('has no dead end, ends on every path, and does nothing without a confirmation or a passcode', async () => {
    const { found } = await exploredOnce(world);
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
    const all = await documents(await Promise.all(everyWorld.map(exploredOnce)));
    for (const [path, content] of all) expect(await readFile(join(root, path), 'utf8'), path).toBe(content);
    expect(await readFile(join(root, deepPath), 'utf8')).toContain(`of the flows ${digestOf(all)};`);
  });
});
