import { DocumentsAway, type DocumentStore } from '../ports.ts';

/** Storage in memory, which can be told to be away. */
export class MemoryStore implements DocumentStore {
  readonly objects = new Map<string, Buffer>();
  away = false;

  placeOf(name: string) {
    return { storage: 'folder', location: `memory:${name}` } as const;
  }

  async put(name: string, encrypted: Buffer): Promise<void> {
    this.#reached();
    this.objects.set(name, encrypted);
  }

  async get(name: string): Promise<Buffer> {
    this.#reached();
    const found = this.objects.get(name);
    if (!found) throw new DocumentsAway('Nothing lies there.');
    return found;
  }

  async remove(name: string): Promise<void> {
    this.#reached();
    this.objects.delete(name);
  }

  #reached(): void {
    if (this.away) throw new DocumentsAway('The storage of tests is away.');
  }
}
