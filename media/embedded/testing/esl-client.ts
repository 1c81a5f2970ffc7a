import { connect, type Socket } from 'node:net';

/** For tests: a client of the event socket that sees every message as it is. */

export type EslMessage = { readonly headers: Readonly<Record<string, string>>; readonly body: string };

export class EslClient {
  readonly #socket: Socket;
  #bytes = Buffer.alloc(0);
  readonly #messages: EslMessage[] = [];
  readonly #waiting: ((message: EslMessage) => void)[] = [];
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (piece) => this.#read(piece));
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
  }

  static async open(port: number): Promise<EslClient> {
    const socket = connect(port, '127.0.0.1');
    const client = new EslClient(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
    return client;
  }

  static of(socket: Socket): EslClient {
    return new EslClient(socket);
  }

  /** Opened, and through with the greeting and the password. */
  static async authorised(port: number, password: string): Promise<EslClient> {
    const client = await EslClient.open(port);
    await client.next();
    await client.command(`auth ${password}`);
    return client;
  }

  write(text: string | Buffer): void {
    this.#socket.write(text);
  }

  /** The next message that came or will come. */
  next(): Promise<EslMessage> {
    const message = this.#messages.shift();
    return message ? Promise.resolve(message) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Sends a command; its answer is the next message that is no event. */
  async command(text: string): Promise<EslMessage> {
    this.write(`${text}\n\n`);
    for (;;) {
      const message = await this.next();
      if (!message.headers['Content-Type']?.startsWith('text/event')) return message;
    }
  }

  /** The next event of a name, as its headers. */
  async event(name: string): Promise<Record<string, string>> {
    for (;;) {
      const { headers, body } = await this.next();
      if (headers['Content-Type'] !== 'text/event-json') continue;
      const event = JSON.parse(body) as Record<string, string>;
      if (event['Event-Name'] === name) return event;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(piece: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, piece]);
    for (let end = this.#bytes.indexOf('\n\n'); end >= 0; end = this.#bytes.indexOf('\n\n')) {
      const lines = this.#bytes.toString('utf8', 0, end).split('\n');
      const headers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
      );
      const length = Number(headers['Content-Length'] ?? 0);
      if (this.#bytes.length < end + 2 + length) return;
      const body = this.#bytes.toString('utf8', end + 2, end + 2 + length);
      this.#bytes = this.#bytes.subarray(end + 2 + length);
      const message = { headers, body };
      const waiting = this.#waiting.shift();
      if (waiting) waiting(message);
      else this.#messages.push(message);
    }
  }
}
