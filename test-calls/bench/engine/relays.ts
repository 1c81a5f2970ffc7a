import { Child } from './child.ts';
import type { Contestant } from './contestant.ts';

export type ToRelay = { readonly remotes: readonly number[] };
export type FromRelay = { readonly ports: readonly number[] };

/** A relay that does nothing else: what Node, or the operating system alone, costs. */
export async function bareRelay(io: 'dgram' | 'mmsg'): Promise<Contestant> {
  const { child } = await Child.start<ToRelay, FromRelay>('relay-process.ts', [io]);
  return {
    name: `bare relay, ${io}`,
    pid: child.pid,
    async add(calls, phones) {
      const legs = Array.from({ length: 2 * calls }, () => phones.next());
      const { ports } = await child.ask({ remotes: legs.map(({ port }) => port) });
      return legs.map(({ slot }, i) => ({ slot, port: ports[i] ?? 0 }));
    },
    state: async () => undefined,
    end: () => child.end(),
  };
}
