import { expect } from 'vitest';

/** For what no event tells: looks until it is so. */
export const soon = <T>(look: () => T) => expect.poll(look, { timeout: 4000, interval: 10 });
