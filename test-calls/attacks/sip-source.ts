import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readMessage } from '#sip-stack/parse.ts';
import { SipResponse } from '#sip-stack/message.ts';

/** What came back. */
export interface Back {
  readonly status: number;
  readonly branch: string;
  readonly response: SipResponse;
}

/** Milliseconds in which a server that lives has answered. */
const PATIENCE_MS = 10_000;
const BARRIER = 'z9hG4bKbarrier-';

/** Octets to a SIP port from an address of their own, and what comes back. */
export class SipSource {
  readonly port: number;
  readonly address: string;
  /** Called for every response but those to the barrier's own requests. */
  onBack: (back: Back) => void = () => undefined;
  /** Datagrams that came back and were no SIP responses. */
  readonly odd: string[] = [];
  readonly #socket: Socket;
  readonly #to: number;
  readonly #barriers = new Map<string, () => void>();
  #count = 0;

  private constructor(socket: Socket, to: number) {
    this.#socket = socket;
    this.#to = to;
    ({ port: this.port, address: this.address } = socket.address());
    socket.on('message', (bytes) => this.#came(bytes));
    socket.on('error', () => undefined);
  }

  /** @param address one of this machine's: all of 127.0.0.0/8 are on Linux */
  static async open(to: number, address = '127.0.0.1'): Promise<SipSource> {
    const socket = createSocket({
      type: 'udp4',
      recvBufferSize: 1 << 22,
      lookup: (name, _, done) => done(null, name, 4),
    });
    const bound = once(socket, 'listening');
    socket.bind(0, address);
    await bound;
    return new SipSource(socket, to);
  }

  send(bytes: Buffer | string): void {
    this.#socket.send(bytes, this.#to, '127.0.0.1', () => undefined);
  }

  /** A request of this source that is as it should be. @param more lines of headers, each with its line end */
  request(method: string, branch: string, { user = 'b', more = '', body = '' } = {}): string {
    const to = method === 'BYE' ? ';tag=none' : '';
    return [
      `${method} sip:${user}@127.0.0.1:${this.#to} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.address}:${this.port};branch=${branch}`,
      `From: <sip:a@attack.invalid>;tag=${branch}`,
      `To: <sip:${user}@attack.invalid>${to}`,
      `Call-ID: ${branch}@attack.invalid`,
      `CSeq: 1 ${method}`,
      'Max-Forwards: 70',
      `Contact: <sip:a@${this.address}:${this.port}>`,
      `${more}Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n');
  }

  /**
   * Resolves when the server, and the client behind it, have done with all that was sent before: both work in order, and a request that
   * both answer has been sent after it. @throws Error when the answer does not come
   */
  async barrier(): Promise<void> {
    const branch = `${BARRIER}${this.port}-${++this.#count}`;
    const done = new Promise<void>((resolve) => this.#barriers.set(branch, resolve));
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('the server does not answer any more')), PATIENCE_MS).unref();
    });
    // A datagram may be lost where a buffer is full: the request is sent again, as RFC 3261 §17.1.2 has it.
    const send = (): void => this.send(this.request('MESSAGE', branch));
    const again = setInterval(send, 500);
    send();
    await Promise.race([done, late]).finally(() => clearInterval(again));
  }

  close(): void {
    this.#socket.close();
  }

  #came(bytes: Buffer): void {
    let response;
    try {
      response = readMessage(bytes, 'by Content-Length');
      if (!(response instanceof SipResponse)) return;
      const branch = response.via.branch ?? '';
      const barrier = this.#barriers.get(branch);
      if (!barrier) return this.onBack({ status: response.status, branch, response });
      if (response.status < 200) return;
      this.#barriers.delete(branch);
      barrier();
    } catch (error) {
      this.odd.push(`${String(error)}: ${bytes.toString('latin1').slice(0, 200)}`);
    }
  }
}
