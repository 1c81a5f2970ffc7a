import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { frame, FrameReader } from '#sip-proxy/embedded/frames.ts';
import { reasonPhrase } from '#sip-stack/reason-phrases.ts';
import { SECRET } from './victims.ts';

/** A SIP message that the server gave to its client. */
export interface Delivered {
  /** The line before the message, in its parts. */
  readonly tokens: readonly string[];
  readonly transactionId: string;
  readonly message: Buffer;
}

/** What the client says to a request. */
export interface Said {
  readonly status: number;
  readonly sdp?: string;
}
export type Answers = (delivered: Delivered) => Said | undefined;

const description = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n';

/** Talks to whoever calls `talk`, is busy for all other callers, and does all else that it is asked for. */
export const obliging: Answers = ({ message }) => {
  const [method, uri = ''] = message.toString('latin1', 0, 200).split(' ', 2);
  if (method === 'ACK' || method === 'CANCEL' || method?.startsWith('SIP/')) return undefined;
  if (method !== 'INVITE') return { status: method === 'SUBSCRIBE' ? 403 : 200 };
  return uri.startsWith('sip:talk@') ? { status: 200, sdp: description } : { status: 486 };
};

const verbs = 'invite register message options info notify subscribe publish refer'.split(' ');

/**
 * A client of the admin protocol, down to the octet: what drachtio-srf would parse is shown as it came. It takes every request there is,
 * and answers each as `answers` says.
 */
export class AdminClient {
  readonly delivered: Delivered[] = [];
  /** The connection broke. */
  closed = false;
  readonly #socket: Socket;
  readonly #answers: Answers;
  #count = 0;
  /** Called when every route has been taken. */
  #ready: () => void = () => undefined;
  #taken = 0;

  private constructor(socket: Socket, answers: Answers) {
    this.#socket = socket;
    this.#answers = answers;
    const reader = new FrameReader();
    socket.on('data', (chunk) => {
      for (const payload of reader.push(chunk)) this.#take(payload);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => (this.closed = true));
  }

  /** @param answers undefined leaves a request unanswered */
  static async connect(port: number, answers: Answers = obliging): Promise<AdminClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    const client = new AdminClient(socket, answers);
    const ready = new Promise<void>((resolve) => (client.#ready = resolve));
    client.#send(`authenticate|${SECRET}`);
    for (const verb of verbs) client.#send(`route|${verb}`);
    await ready;
    return client;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(payload: Buffer): void {
    const end = payload.indexOf('\r\n');
    const tokens = payload.toString('utf8', 0, end < 0 ? payload.length : end).split('|');
    if (tokens[1] === 'response' && ++this.#taken > verbs.length) this.#ready();
    if (tokens[1] !== 'sip') return;
    const delivered = { tokens, transactionId: tokens[8] ?? '', message: payload.subarray(end + 2) };
    this.delivered.push(delivered);
    const said = this.#answers(delivered);
    if (!said) return;
    const type = said.sdp === undefined ? '' : 'Content-Type: application/sdp\r\n';
    const response = `SIP/2.0 ${said.status} ${reasonPhrase(said.status)}\r\n${type}\r\n${said.sdp ?? ''}`;
    this.#send(`sip|${delivered.transactionId}|`, Buffer.from(response));
  }

  #send(text: string, message?: Buffer): void {
    this.#count += 1;
    this.#socket.write(frame(`${this.#count}|${text}`, message));
  }
}
