import type { Srv } from './name-lookup.ts';

/**
 * RFC 2782: lower priorities first; within one, by lot, so that each is first as often as its weight says.
 * @param draw a number from 0 to below its argument
 */
export const inOrder = (records: readonly Srv[], draw: (below: number) => number): Srv[] => {
  const priorities = [...new Set(records.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((wanted) =>
    drawn(
      records.filter(({ priority }) => priority === wanted),
      draw,
    ),
  );
};

const drawn = (records: readonly Srv[], draw: (below: number) => number): Srv[] => {
  // Those of weight 0 stand first, so that they have a small chance, too.
  const left = [...records].sort((a, b) => Math.min(a.weight, 1) - Math.min(b.weight, 1));
  const order: Srv[] = [];
  while (left.length > 0) {
    const total = left.reduce((sum, { weight }) => sum + weight, 0);
    const lot = draw(total + 1);
    let sum = 0;
    const at = left.findIndex(({ weight }) => (sum += weight) >= lot);
    order.push(...left.splice(at, 1));
  }
  return order;
};
