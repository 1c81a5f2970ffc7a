import { createSocket, type Socket } from 'node:dgram';

/** A call that has not ended well after so long has failed. */
const PATIENCE_MS = 10_000;
const TURN_MS = 10;
const HOST = '127.0.0.1';

interface Calling {
  readonly beganMs: number;
  state: 'inviting' | 'leaving';
  /** The 200 as far as later requests need it. */
  to: string;
}

/** What became of the calls of one step; times are ms. */
export interface Outcome {
  readonly begun: number;
  readonly ended: number;
  readonly failed: number;
  readonly setUpMs: readonly number[];
}

const HEADERS = ['To', 'Call-ID', 'CSeq'] as const;

/**
 * Calls a SIP server at an even rate: INVITE, the ACK of its 200, BYE at once. It sends nothing twice: what is lost has failed. Messages are
 * written and read as text, and as little of it as will do, so that what is measured is the server.
 */
export class Caller {
  readonly #socket: Socket;
  readonly #server: number;
  readonly #calls = new Map<string, Calling>();
  #named = 0;
  #ended = 0;
  #failed = 0;
  #setUpMs: number[] = [];

  private constructor(socket: Socket, server: number) {
    this.#socket = socket;
    this.#server = server;
    socket.on('message', (bytes) => this.#take(bytes.toString('latin1')));
  }

  static async open(serverPort: number): Promise<Caller> {
    const socket = createSocket({
      type: 'udp4',
      recvBufferSize: 4 << 20,
      lookup: (name, _, done) => done(null, name, 4),
    });
    await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
    return new Caller(socket, serverPort);
  }

  /** Calls for so many seconds, `rate` times in each, and waits for the last to end. */
  async call(rate: number, seconds: number): Promise<Outcome> {
    [this.#ended, this.#failed, this.#setUpMs] = [0, 0, []];
    const startMs = performance.now();
    const total = rate * seconds;
    for (let begun = 0; begun < total;) {
      const due = Math.min(total, Math.floor(((performance.now() - startMs) / 1_000) * rate));
      for (; begun < due; begun += 1) this.#invite();
      await pause(TURN_MS);
    }
    for (const untilMs = performance.now() + PATIENCE_MS; this.#calls.size > 0 && performance.now() < untilMs;)
      await pause(TURN_MS);
    const lost = this.#calls.size;
    this.#calls.clear();
    return { begun: total, ended: this.#ended, failed: this.#failed + lost, setUpMs: this.#setUpMs };
  }

  close(): void {
    this.#socket.close();
  }

  #invite(): void {
    const id = `bench-${process.pid}-${this.#named++}`;
    const { port } = this.#socket.address();
    const to = `<sip:7@${HOST}:${this.#server}>`;
    this.#calls.set(id, { beganMs: performance.now(), state: 'inviting', to });
    const sdp = `v=0\r\no=- 1 1 IN IP4 ${HOST}\r\ns=-\r\nc=IN IP4 ${HOST}\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`;
    this.#send('INVITE', id, to, 1, `Content-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`);
  }

  #send(
    method: 'INVITE' | 'ACK' | 'BYE',
    id: string,
    to: string,
    cseq: number,
    rest = 'Content-Length: 0\r\n\r\n',
  ): void {
    const { port } = this.#socket.address();
    const text =
      `${method} sip:7@${HOST}:${this.#server} SIP/2.0\r\n` +
      `Via: SIP/2.0/UDP ${HOST}:${port};branch=z9hG4bK-${method}-${id};rport\r\nMax-Forwards: 70\r\n` +
      `From: <sip:bench@${HOST}:${port}>;tag=${id}\r\nTo: ${to}\r\nCall-ID: ${id}\r\nCSeq: ${cseq} ${method}\r\n` +
      `Contact: <sip:bench@${HOST}:${port}>\r\n${rest}`;
    this.#socket.send(Buffer.from(text, 'latin1'), this.#server, HOST);
  }

  #take(text: string): void {
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? 0);
    const [to = '', id = '', cseq = ''] = HEADERS.map(
      (name) => new RegExp(`^${name}: *([^\\r]*)`, 'im').exec(text)?.[1],
    );
    const call = this.#calls.get(id);
    if (!call || status < 200) return;
    if (cseq.endsWith('INVITE') && status === 200) {
      this.#send('ACK', id, to, 1);
      if (call.state === 'leaving') return;
      this.#setUpMs.push(performance.now() - call.beganMs);
      [call.state, call.to] = ['leaving', to];
      return this.#send('BYE', id, to, 2);
    }
    if (status === 200) this.#ended += 1;
    else this.#failed += 1;
    this.#calls.delete(id);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
