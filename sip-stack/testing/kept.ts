import { SipRequest, type SipMessage } from '../message.ts';
import type { SipParseError } from '../parse-error.ts';
import type { SocketAddress, TransportReceiver } from '../transport.ts';

/** What a transport received, as lines, and the next of them to come. */
export class Kept implements TransportReceiver {
  readonly sources: SocketAddress[] = [];
  readonly #lines: string[] = [];
  readonly #messages: SipMessage[] = [];
  readonly #waiting: ((line: string) => void)[] = [];

  onMessage(message: SipMessage, source: SocketAddress): void {
    this.#messages.push(message);
    this.#keep(message.startLine, source);
  }

  onRejected(error: SipParseError, source: SocketAddress): void {
    const { request, status, message } = error;
    this.#keep(`${status} ${message}${request instanceof SipRequest ? ` ${request.method}` : ''}`, source);
  }

  /** The next start line, or status and reason of what was rejected and the method of what can be answered. */
  next(): Promise<string> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get rest(): readonly string[] {
    return this.#lines;
  }

  get last(): SipMessage {
    const last = this.#messages.at(-1);
    if (!last) throw new Error('nothing came');
    return last;
  }

  #keep(line: string, source: SocketAddress): void {
    this.sources.push(source);
    const waiting = this.#waiting.shift();
    if (waiting) waiting(line);
    else this.#lines.push(line);
  }
}
