import { createSocket, type Socket } from 'node:dgram';

export interface RtpAddress {
  readonly address: string;
  readonly port: number;
}

const TRIES = 50;

/** An even UDP port for RTP and the next one for RTCP (RFC 3550 §11), so that nobody else's RTCP comes to a phone's ear. */
export class RtpPort {
  readonly local: RtpAddress;
  remote: RtpAddress | undefined;
  onPacket: (packet: Buffer, arrivalMs: number, source: RtpAddress) => void = () => undefined;
  /** Datagrams received. */
  packets = 0;
  /** RTCP packets received. */
  reports = 0;
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  #closed = false;

  private constructor(rtp: Socket, rtcp: Socket) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.local = rtp.address();
    rtp.on('message', (packet, from) => {
      this.packets++;
      this.onPacket(packet, performance.now(), from);
    });
    rtcp.on('message', () => void this.reports++);
    // ICMP errors of a port that is closed at the other end.
    for (const socket of [rtp, rtcp]) socket.on('error', () => undefined);
  }

  /** Binds a pair the system chooses. Rejects with the system's error when there is none left. */
  static async open(host: string): Promise<RtpPort> {
    for (let tries = 0; ; tries++) {
      const rtp = await bound(host, 0);
      const { port } = rtp.address();
      try {
        if (port % 2 === 0) return new RtpPort(rtp, await bound(host, port + 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || tries >= TRIES) {
          rtp.close();
          throw error;
        }
      }
      rtp.close();
    }
  }

  /** Sends to the remote address; nothing is sent while there is none. The bytes must stay as they are until they have gone. */
  send(packet: Buffer): void {
    if (this.#closed || !this.remote) return;
    this.#rtp.send(packet, this.remote.port, this.remote.address);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#rtp.close();
    this.#rtcp.close();
  }
}

function bound(host: string, port: number): Promise<Socket> {
  // Addresses are literals: the default look-up would cost every packet a turn through the resolver.
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 1 << 18,
    lookup: (name, _, done) => done(null, name, 4),
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/**
 * Resolves when every datagram that is here by now has been read. Sockets are read in no order: without this, a BYE would be heard
 * before packets of the voice that came before it. One turn of the event loop reads what was seen to be ready, a second the rest; but
 * of one socket a turn reads no more than 32, and a process that stood still has more: turns are taken until one brings nothing.
 * @param read how many have been read so far
 */
export async function drained(read: () => number): Promise<void> {
  await turn();
  let before: number;
  do {
    before = read();
    await turn();
  } while (read() > before);
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
