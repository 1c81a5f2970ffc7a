import { connect, type Socket } from 'node:net';
import { randomUUID } from 'node:crypto';
import { FrameReader, frame } from '#sip-proxy/embedded/frames.ts';
import type { SipMessage, SipRequest } from '#sip-stack/message.ts';
import { readMessage } from '#sip-stack/parse.ts';
import { Inbox } from './inbox.ts';
import { kindOf, sipFields } from './sip-fields.ts';
import type { Fields, RawEntry } from './trace.ts';

/** A frame of the admin protocol: its tokens, and the SIP message after them. */
export interface AdminFrame {
  readonly tokens: readonly string[];
  readonly message: SipMessage | undefined;
}

/** Names of the tokens of a frame that carries a SIP message, from the third on. */
const sipTokens = 'source,bytes,protocol,address,port,time,transaction id,dialog id,local address,local port'.split(
  ',',
);
const cdrTokens: Readonly<Record<string, readonly string[]>> = {
  'cdr:attempt': ['source', 'time'],
  'cdr:start': ['source', 'time', 'role'],
  'cdr:stop': ['source', 'time', 'reason'],
};

/** An application at the admin port that says exactly what a case says. */
export class AdminClient {
  readonly name: string;
  /** Answers to its commands. */
  readonly replies: RawEntry[] = [];
  /** What the server told unasked. */
  readonly frames: RawEntry[] = [];
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #inbox: Inbox<AdminFrame>;
  readonly #commands = new Map<string, string>();

  private constructor(name: string, socket: Socket) {
    this.name = name;
    this.#socket = socket;
    this.#inbox = new Inbox(name, kindOfFrame);
    const reader = new FrameReader();
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      for (const payload of reader.push(bytes)) this.#receive(payload);
    });
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) =>
      socket.on('close', () => {
        this.#inbox.close();
        resolve();
      }),
    );
  }

  static async open(name: string, port: number): Promise<AdminClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new AdminClient(name, socket);
  }

  /** Sends bytes as they are. */
  write(text: string): void {
    this.#socket.write(text);
  }

  /** Sends `tokens` (without an id) and perhaps a SIP message; `label` is how the answer is called in the trace. @returns its id */
  say(tokens: string, message?: SipMessage | string, label = tokens.split('|').slice(0, 2).join(' ')): string {
    const id = randomUUID();
    this.#commands.set(id, label);
    const bytes = typeof message === 'string' ? Buffer.from(message) : message?.toBuffer();
    this.#socket.write(frame(`${id}|${tokens}`, bytes));
    return id;
  }

  /** Says it and waits for the answer. Rejects with DidNotCome. */
  ask(tokens: string, message?: SipMessage | string, label?: string): Promise<AdminFrame> {
    return this.answerTo(this.say(tokens, message, label));
  }

  /** The next answer to the command with this id: some have several. Rejects with DidNotCome. */
  answerTo(id: string): Promise<AdminFrame> {
    return this.#inbox.next(({ tokens: [, type, to] }) => type === 'response' && to === id);
  }

  /** Sends a SIP message: `ids` are transaction id and dialog id. */
  sip(ids: string, message: SipMessage | string, label?: string): Promise<AdminFrame> {
    const start = typeof message === 'string' ? message.slice(0, message.indexOf('\r\n')) : message.startLine;
    return this.ask(
      `sip|${ids}`,
      message,
      label ?? `sip ${start.startsWith('SIP/2.0') ? start.slice(8) : start.split(' ')[0]!}`,
    );
  }

  /** The next frame of that kind: `INVITE`, `200 INVITE`, `cdr:start`. Rejects with DidNotCome. */
  next(kind: string): Promise<AdminFrame> {
    return this.#inbox.next(kind);
  }

  /** The next request: its transaction and what it says. */
  async request(
    method: string,
  ): Promise<{ readonly transactionId: string; readonly dialogId: string; readonly request: SipRequest }> {
    const { tokens, message } = await this.next(method);
    return { transactionId: tokens[8] ?? '', dialogId: tokens[9] ?? '', request: message as SipRequest };
  }

  /** Resolves when everything that the server had said before is here. */
  async fence(): Promise<void> {
    const id = this.say('ping', undefined, 'fence');
    await this.#inbox.next(({ tokens: [, , to] }) => to === id);
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(payload: Buffer): void {
    const end = payload.indexOf('\r\n');
    const tokens = payload.toString('utf8', 0, end < 0 ? payload.length : end).split('|');
    const bytes = end < 0 ? Buffer.alloc(0) : payload.subarray(end + 2);
    const message = bytes.length === 0 ? undefined : readMessage(bytes, 'by Content-Length');
    const received: AdminFrame = { tokens, message };
    const [, type = '', first = ''] = tokens;
    if (type === 'response') {
      const label = this.#commands.get(first) ?? 'a command nobody gave';
      if (label !== 'fence') this.replies.push({ what: `reply to ${label}`, fields: replyFields(received) });
    } else this.frames.push({ what: kindOfFrame(received), fields: tokenFields(received) });
    this.#inbox.put(received);
  }
}

const kindOfFrame = ({ tokens: [, type = ''], message }: AdminFrame): string =>
  type === 'sip' && message ? kindOf(message) : type;

function replyFields({ tokens: [, , , verdict = '', ...rest], message }: AdminFrame): Fields {
  if (!message) return { verdict, text: rest.join('|') };
  const meta = Object.fromEntries(
    rest.map((token, n) => [[...sipTokens.slice(0, 7), ''][n] || `token ${n + 1}`, token]),
  );
  return { verdict, ...meta, ...sipFields(message) };
}

function tokenFields({ tokens: [, type = '', ...rest], message }: AdminFrame): Fields {
  const names = cdrTokens[type] ?? sipTokens;
  const meta = Object.fromEntries(rest.map((token, n) => [names[n] ?? `token ${n + 1}`, token]));
  return { type, ...meta, ...(message ? sipFields(message) : {}) };
}
