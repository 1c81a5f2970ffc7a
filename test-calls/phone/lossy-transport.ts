import { SipRequest, SipResponse, type SipMessage } from '#sip-stack/message.ts';
import type { Flow, Protocol, SocketAddress, Transport, TransportReceiver } from '#sip-stack/transport.ts';

/**
 * Decides which messages the network loses, going `out` of the phone or coming `in`. A request is named by its method (`ACK`), a
 * response by status and method (`200 INVITE`).
 */
export type Loss = (direction: 'in' | 'out', message: string) => boolean;

/** Loses the first `times` messages of this name and direction, and nothing else. */
export function losing(direction: 'in' | 'out', message: string, times = 1): Loss {
  let left = times;
  return (way, name) => way === direction && name === message && left-- > 0;
}

/** A transport that loses what it is told to. */
export class LossyTransport implements Transport {
  readonly protocol: Protocol;
  readonly reliable: boolean;
  readonly local: SocketAddress;
  readonly #inner: Transport;
  readonly #loses: Loss;

  constructor(inner: Transport, loses: Loss) {
    this.#inner = inner;
    this.#loses = loses;
    ({ protocol: this.protocol, reliable: this.reliable, local: this.local } = inner);
  }

  get receiver(): TransportReceiver | undefined {
    return this.#inner.receiver;
  }

  set receiver(receiver: TransportReceiver | undefined) {
    this.#inner.receiver = receiver && {
      onMessage: (message, source) => {
        if (!this.#loses('in', nameOf(message))) receiver.onMessage(message, source);
      },
      onRejected: (error, source) => receiver.onRejected(error, source),
    };
  }

  toward(): this {
    return this;
  }

  owns(to: SocketAddress): boolean {
    return this.#inner.owns(to);
  }

  send(bytes: Buffer, to: SocketAddress, failed?: (error: Error) => void): Flow | undefined {
    return this.#loses('out', nameOfBytes(bytes)) ? undefined : this.#inner.send(bytes, to, failed);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

function nameOf(message: SipMessage): string {
  if (message instanceof SipRequest) return message.method;
  return message instanceof SipResponse ? `${message.status} ${message.cseq.method}` : '';
}

function nameOfBytes(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  const status = /^SIP\/2\.0 (\d{3})/.exec(text)?.[1];
  const method = /^CSeq:\s*\d+\s+(\S+)/im.exec(text)?.[1] ?? '';
  return status === undefined ? text.slice(0, text.indexOf(' ')) : `${status} ${method}`;
}
