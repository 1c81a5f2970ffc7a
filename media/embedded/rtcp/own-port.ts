import type { RemoteInfo, Socket } from 'node:dgram';
import type { Address } from '#media/embedded/source-latch.ts';

/** The part of a UDP socket that this needs. */
export type RtcpSocket = Pick<Socket, 'on' | 'send' | 'close'>;

/**
 * RTCP on a port of its own. It goes where SDP said; from the host that sends the RTP, the first port heard is answered (RFC 4961 §4),
 * strangers are not heard.
 */
export class OwnPort {
  readonly #socket: RtcpSocket;
  readonly #rtpPeer: () => Address | null;
  #expected: Address;
  #heard: Address | undefined;
  #closed = false;
  /** Packets from somewhere else. */
  strangers = 0;

  /** `rtpPeer`: whom the RTP comes from. */
  constructor(socket: RtcpSocket, expected: Address, rtpPeer: () => Address | null, receive: (bytes: Buffer) => void) {
    this.#socket = socket;
    this.#expected = expected;
    this.#rtpPeer = rtpPeer;
    socket.on('message', (bytes: Buffer, source: RemoteInfo) => {
      if (this.#knows(source)) receive(bytes);
      else this.strangers += 1;
    });
    // a closed port of the peer (ICMP): RTCP may go nowhere without harm
    socket.on('error', () => undefined);
  }

  /** A new agreement. */
  expect(address: Address): void {
    if (address.address === this.#expected.address && address.port === this.#expected.port) return;
    this.#expected = address;
    this.#heard = undefined;
  }

  send(packet: Buffer): void {
    if (this.#closed) return;
    const to = this.#heard ?? this.#expected;
    this.#socket.send(packet, to.port, to.address);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // what was sent last has left when this turn is over
    setImmediate(() => this.#socket.close());
  }

  #knows(source: RemoteInfo): boolean {
    if (this.#closed || source.address !== this.#rtpPeer()?.address) return false;
    this.#heard ??= { address: source.address, port: source.port };
    return source.port === this.#heard.port;
  }
}
