import type { Socket } from 'node:dgram';
import { openAnyPort } from './rtp-io/any-port.ts';
import { dgramIo, openDgram } from './rtp-io/dgram-io.ts';
import type { RtpIo } from './rtp-io/rtp-io.ts';
import type { RtpSocket } from './rtp-leg.ts';

export type RtpPortsOptions = { readonly host: string; readonly portMin: number; readonly portMax: number };

/** No port could be bound: the range is used up. */
export class NoRtpPort extends Error {}

const taken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

/**
 * Binds the port above an RTP port for RTCP (RFC 3550 §11) and lets what comes there go: the peer then meets no closed port.
 * Undefined when it is taken, which does no harm.
 */
export async function openRtcp(host: string, rtpPort: number): Promise<Socket | undefined> {
  try {
    return await openDgram(host, rtpPort + 1);
  } catch {
    return undefined;
  }
}

/** Gives out UDP sockets on even ports (RFC 3550 §11) of a range, in turn, so that a port rests before it is used again. */
export class RtpPorts {
  readonly #options: RtpPortsOptions;
  readonly #io: RtpIo;
  #next: number;

  /** `portMin` 0: any port the system gives. */
  constructor(options: RtpPortsOptions, io: RtpIo = dgramIo()) {
    this.#options = options;
    this.#io = io;
    this.#next = this.#first;
  }

  get #first(): number {
    return this.#options.portMin + (this.#options.portMin % 2);
  }

  /** @throws NoRtpPort when every port of the range is taken, or the system's error */
  async open(): Promise<RtpSocket> {
    const { host, portMin, portMax } = this.#options;
    if (portMin === 0) return openAnyPort(this.#io, host);
    const ports = Math.floor((portMax - this.#first) / 2) + 1;
    for (let n = 0; n < ports; n += 1) {
      const port = this.#next;
      this.#next = port + 2 > portMax ? this.#first : port + 2;
      try {
        return await this.#io.open(host, port);
      } catch (error) {
        if (!taken(error)) throw error;
      }
    }
    throw new NoRtpPort(`no free RTP port between ${portMin} and ${portMax}`);
  }
}
