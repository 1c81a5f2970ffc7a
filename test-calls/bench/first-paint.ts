import { openConsoleHouse } from '../console/house.ts';
import { Visit } from '../console/visit.ts';
import type { Bench } from './bench.ts';

/** Issue 6: on a warm server, with the processor of the viewer slowed down so many times. */
const SLOWER = 4;
const MOST_MS = 1_000;
const MOST_KB = 250;

/** In the page: when it was first painted, and what it took over the wire, compressed as it came. */
const observed = `new Promise((resolve) => new PerformanceObserver((list) => {
  const [paint] = list.getEntriesByName('first-contentful-paint');
  if (!paint) return;
  const files = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  resolve({ ms: paint.startTime, bytes: files.reduce((sum, { transferSize }) => sum + transferSize, 0) });
}).observe({ type: 'paint', buffered: true }))`;

/** The agents' page in Chromium, from an empty cache. */
export const firstPaint: Bench = {
  name: 'first-paint',
  title: `The agents' page in Chromium, with a processor ${SLOWER} times slower, from an empty cache`,
  async run({ quick }) {
    const house = await openConsoleHouse();
    try {
      const seen: { readonly ms: number; readonly bytes: number }[] = [];
      // The first finds a cold server, and is left out.
      for (let turn = 0; turn <= (quick ? 1 : 9); turn++) {
        const visit = await Visit.begin(house.browser, house.address);
        const session = await visit.page.context().newCDPSession(visit.page);
        await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
        await visit.page.goto('/console/');
        await visit.page.locator('button[type=submit]').waitFor();
        seen.push(await visit.page.evaluate<(typeof seen)[number]>(observed));
        await visit.end();
      }
      const warm = seen.slice(1);
      return {
        figures: [
          { what: 'first contentful paint', unit: 'ms', runs: warm.map(({ ms }) => ms), atMost: MOST_MS },
          { what: 'transferred', unit: 'kB', runs: warm.map(({ bytes }) => bytes / 1_000), atMost: MOST_KB },
        ],
        notes: ['over loopback: a network adds its own time'],
        detail: seen,
      };
    } finally {
      await house.close();
    }
  },
};
