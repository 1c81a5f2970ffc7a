import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Flooded, FloodOrders } from './flooder.ts';

/** Floods, from a process of its own, and tells what came of it. */
export async function flood(orders: FloodOrders): Promise<Flooded> {
  const child = fork(fileURLToPath(new URL('flooder.ts', import.meta.url)), [JSON.stringify(orders)], {
    execArgv: ['--import', 'tsx'],
  });
  const [told] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (typeof told !== 'object' || told === null) throw new Error(`the flood broke off: ${String(told)}`);
  return told as Flooded;
}
