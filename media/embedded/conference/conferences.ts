import type { Channel } from '#media/embedded/channel.ts';
import type { Engine } from '#media/embedded/engine.ts';
import { Conference } from './conference.ts';

/** All conferences of the server, by name. */
export class Conferences {
  readonly #engine: Engine;
  readonly #byName = new Map<string, Conference>();
  /** A channel keeps its number when it comes again. */
  readonly #ids = new WeakMap<Channel, number>();
  #lastId = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get all(): Conference[] {
    return [...this.#byName.values()];
  }

  find(name: string): Conference | undefined {
    return this.#byName.get(name);
  }

  create(name: string, profile: string, flags: ReadonlySet<string>): Conference {
    const conference = new Conference(this.#engine, {
      name,
      profile,
      flags,
      onOver: () => {
        this.#byName.delete(name);
        this.#engine.tick.remove(conference);
      },
    });
    this.#byName.set(name, conference);
    this.#engine.tick.add(conference);
    conference.tell('conference-create');
    return conference;
  }

  idOf(channel: Channel): number {
    const known = this.#ids.get(channel);
    if (known !== undefined) return known;
    this.#lastId += 1;
    this.#ids.set(channel, this.#lastId);
    return this.#lastId;
  }
}
