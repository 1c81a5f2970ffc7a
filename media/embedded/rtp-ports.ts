import { createSocket, type Socket } from 'node:dgram';

export type RtpPortsOptions = { readonly host: string; readonly portMin: number; readonly portMax: number };

/** No port could be bound: the range is used up. */
export class NoRtpPort extends Error {}

/** Addresses in SDP are literals; without a look-up of its own every send would ask the resolver. */
const literal = (host: string, _options: unknown, done: (error: null, address: string, family: number) => void): void =>
  done(null, host, 4);

const bind = (host: string, port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', lookup: literal });
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address: host, port }, () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });

const taken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

/**
 * Binds the port above an RTP port for RTCP (RFC 3550 §11) and lets what comes there go: the peer then meets no closed port.
 * Undefined when it is taken, which does no harm.
 */
export async function openRtcp(host: string, rtpPort: number): Promise<Socket | undefined> {
  try {
    return await bind(host, rtpPort + 1);
  } catch {
    return undefined;
  }
}

/** Gives out UDP sockets on even ports (RFC 3550 §11) of a range, in turn, so that a port rests before it is used again. */
export class RtpPorts {
  readonly #options: RtpPortsOptions;
  #next: number;

  /** `portMin` 0: any port the system gives. */
  constructor(options: RtpPortsOptions) {
    this.#options = options;
    this.#next = this.#first;
  }

  get #first(): number {
    return this.#options.portMin + (this.#options.portMin % 2);
  }

  /** @throws NoRtpPort when every port of the range is taken, or the system's error */
  async open(): Promise<Socket> {
    const { host, portMin, portMax } = this.#options;
    if (portMin === 0) return bind(host, 0);
    const ports = Math.floor((portMax - this.#first) / 2) + 1;
    for (let n = 0; n < ports; n += 1) {
      const port = this.#next;
      this.#next = port + 2 > portMax ? this.#first : port + 2;
      try {
        return await bind(host, port);
      } catch (error) {
        if (!taken(error)) throw error;
      }
    }
    throw new NoRtpPort(`no free RTP port between ${portMin} and ${portMax}`);
  }
}
