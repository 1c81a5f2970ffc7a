import type { Client } from './client.ts';

/** Which clients want which requests, taken in turn per verb. A client that asked twice counts twice. */
export class Routes {
  readonly #clients = new Map<string, Client[]>();
  readonly #turns = new Map<string, number>();

  /** @param verb lower case */
  add(verb: string, client: Client): void {
    const clients = this.#clients.get(verb);
    if (clients) clients.push(client);
    else this.#clients.set(verb, [client]);
  }

  remove(verb: string, client: Client): void {
    const left = (this.#clients.get(verb) ?? []).filter((one) => one !== client);
    if (left.length > 0) this.#clients.set(verb, left);
    else this.#clients.delete(verb);
  }

  /** The client is gone. */
  forget(client: Client): void {
    for (const verb of [...this.#clients.keys()]) this.remove(verb, client);
  }

  /** Whose turn it is; undefined when nobody wants this verb. */
  next(verb: string): Client | undefined {
    const clients = this.#clients.get(verb);
    if (!clients) return undefined;
    const turn = (this.#turns.get(verb) ?? 0) % clients.length;
    this.#turns.set(verb, turn + 1);
    return clients[turn];
  }

  dump(): Record<string, number[]> {
    return Object.fromEntries([...this.#clients].map(([verb, clients]) => [verb, clients.map(({ id }) => id)]));
  }
}
