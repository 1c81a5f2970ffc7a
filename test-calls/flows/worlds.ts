import { exploredInside, exploredOffer, insideWorlds, offerWorlds } from '#flows/explore/call-home.ts';
import type { Depth, Exploration, Explored } from '#flows/explore/explore.ts';
import { explore } from '#flows/explore/explore.ts';
import { exploredFamilyLine, worlds } from '#flows/explore/family-line.ts';

/** A flow in a world. */
export interface World {
  readonly flow: '866 line' | 'call home, inside' | 'call home, offer';
  readonly name: string;
  readonly explored: Explored;
}

export interface ExploredWorld extends World {
  readonly found: Exploration;
}

/** In `npm test`: a payment with a new card by a caller who is not known, and one act more. */
export const testDepth: Depth = { layers: 9, stuckLayers: 4 };
/** In `npm run flows`. */
export const deepDepth: Depth = { layers: 14, stuckLayers: 8 };

export const everyWorld: readonly World[] = [
  ...Object.entries(worlds).map(([name, options]): World => ({
    flow: '866 line',
    name,
    explored: exploredFamilyLine(options),
  })),
  ...Object.entries(insideWorlds).map(([name, options]): World => ({
    flow: 'call home, inside',
    name,
    explored: exploredInside(options),
  })),
  ...Object.entries(offerWorlds).map(([name, options]): World => ({
    flow: 'call home, offer',
    name,
    explored: exploredOffer(options),
  })),
];

export const exploreWorld = async (world: World, depth: Depth): Promise<ExploredWorld> => ({
  ...world,
  found: await explore(world.explored, depth),
});
