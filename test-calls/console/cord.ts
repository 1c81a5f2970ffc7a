import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** The connections between pages and what they reach by WebSocket: those of who came last can be cut, and be whole again. */
export class Cord {
  readonly #server: Server;
  readonly #ends = new Set<Socket>();
  /** Of pages that nothing happens to. */
  #spared = new Set<Socket>();
  #to: number | undefined;
  #isCut = false;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (near) => this.#join(near));
  }

  /** Its end for pages is there at once; where it leads to can be told later. */
  static async lay(): Promise<Cord> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Cord(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  leadTo(port: number): void {
    this.#to = port;
  }

  /** Who is connected now stays so, whatever is cut: others play at the same time. */
  spare(): void {
    this.#spared = new Set(this.#ends);
  }

  /** Breaks off every connection that is not spared, without a word to either side; nobody else gets through until it is mended. */
  cut(): void {
    this.#isCut = true;
    for (const end of this.#ends) if (!this.#spared.has(end)) end.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  async close(): Promise<void> {
    this.#spared.clear();
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    if (this.#isCut || this.#to === undefined) return void near.destroy();
    const far = connect(this.#to, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#ends.add(one);
      one.on('error', () => one.destroy());
      one.on('close', () => {
        this.#ends.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
