import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Protocol, SocketAddress } from '#sip-stack/transport.ts';
import { frame, maxPayload } from './frames.ts';

/** A client that reads so slowly that this many octets wait for it is given up. */
const maxWaiting = 32 * 1024 * 1024;

let count = 0;

/** One connected application. */
export class Client {
  /** A number for logs and dumps. */
  readonly id = ++count;
  readonly address: string;
  tags: readonly string[] = [];
  authenticated = false;
  readonly #socket: Socket;
  #gone = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.address = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`;
  }

  /** The socket has closed: what is sent goes nowhere. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Answers a command. `NO`: not understood; `NOK`: SIP did not allow it. */
  answer(commandId: string, verdict: 'OK' | 'NO' | 'NOK', text = '', message?: Buffer): void {
    this.send(`${randomUUID()}|response|${commandId}|${verdict}${text && `|${text}`}`, message);
  }

  /**
   * Hands over a SIP message.
   * @param facts what `describe` says of it
   * @param local where a request outside of dialogs came in
   * @returns false when it is longer than a frame may be
   */
  deliver(facts: string, transactionId: string, dialogId: string, message: Buffer, local = ''): boolean {
    return this.send(`${randomUUID()}|sip|${facts}|${transactionId}|${dialogId}|${local && `${local}|`}`, message);
  }

  /** Closes after what was sent has gone out. */
  end(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  forget(): void {
    this.#gone = true;
  }

  /**
   * Sends a frame as it is.
   * @returns false when it is longer than a frame may be
   */
  send(text: string, message?: Buffer): boolean {
    const framed = frame(text, message);
    // A length of six digits, and the client would understand nothing any more.
    if (framed.length > maxPayload) return false;
    if (this.#gone) return true;
    this.#socket.write(framed);
    if (this.#socket.writableLength > maxWaiting) this.#socket.destroy(new Error('client reads too slowly'));
    return true;
  }
}

/** `HH:MM:SS.uuuuuu`, UTC, of milliseconds since the epoch. */
export const timeOf = (at: number): string => `${new Date(at).toISOString().slice(11, 23)}000`;

/**
 * `source|octets|protocol|address|port|time`: how a message came or went.
 * @param source `network` from the wire, `application` made here or by a client
 * @param at milliseconds since the epoch
 */
export const describe = (
  source: 'network' | 'application',
  octets: number,
  { address, port, protocol = 'UDP' }: SocketAddress,
  at: number,
): string => `${source}|${octets}|${shown(protocol)}|${address}|${port}|${timeOf(at)}`;

/** drachtio knows three: what goes by WebSocket it shows as tcp. */
const shown = (protocol: Protocol): string =>
  protocol === 'WS' || protocol === 'WSS' ? 'tcp' : protocol.toLowerCase();
