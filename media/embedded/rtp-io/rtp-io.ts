import type { RtpSocket } from '#media/embedded/rtp-leg.ts';

/** How sound gets from the network into this process and back. */
export interface RtpIo {
  /** `mmsg`: the C library's calls, read at each tick; `dgram`: Node's sockets, which read by themselves. */
  readonly name: 'mmsg' | 'dgram';
  /** A UDP socket; `port` 0 lets the system choose. Rejects with the system's error. */
  open(host: string, port: number): Promise<RtpSocket>;
  /** Brings every datagram that is there to the socket it came to. */
  poll(): void;
  /** Closes every socket that is still open. */
  close(): void;
}
