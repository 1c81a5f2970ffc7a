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

  /**
   * Whose turn it is; undefined when nobody wants this verb.
   * @param tag only of those that have it
   */
  next(verb: string, tag?: string): Client | undefined {
    const clients = this.#clients.get(verb) ?? [];
    const start = this.#turns.get(verb) ?? 0;
    for (let i = 0; i < clients.length; i++) {
      const client = clients[(start + i) % clients.length];
      if (tag !== undefined && client?.tags.includes(tag) !== true) continue;
      this.#turns.set(verb, (start + i + 1) % clients.length);
      return client;
    }
    return undefined;
  }

  dump(): Record<string, number[]> {
    return Object.fromEntries([...this.#clients].map(([verb, clients]) => [verb, clients.map(({ id }) => id)]));
  }
}
