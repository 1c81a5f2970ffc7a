import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { frame } from './frames.ts';

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
   */
  deliver(facts: string, transactionId: string, dialogId: string, message: Buffer, local = ''): void {
    this.send(`${randomUUID()}|sip|${facts}|${transactionId}|${dialogId}|${local && `${local}|`}`, message);
  }

  /** Closes after what was sent has gone out. */
  end(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  forget(): void {
    this.#gone = true;
  }

  /** Sends a frame as it is. */
  send(text: string, message?: Buffer): void {
    if (this.#gone) return;
    this.#socket.write(frame(text, message));
    if (this.#socket.writableLength > maxWaiting) this.#socket.destroy(new Error('client reads too slowly'));
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
  { address, port }: { readonly address: string; readonly port: number },
  at: number,
): string => `${source}|${octets}|udp|${address}|${port}|${timeOf(at)}`;
