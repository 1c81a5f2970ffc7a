/** When the next RTCP packet is due, RFC 3550 §6.2 and §6.3, in a session of two. */

const MINIMUM_MS = 5000;
const MEMBERS = 2;
/** 5 % of a G.711 stream with its headers (80 kbit/s each way), in octets per second. */
const RTCP_OCTETS_A_SECOND = 1000;
/** §6.3.1: what reconsideration takes off on average is put on: e - 3/2. */
const COMPENSATION = Math.E - 1.5;
const UDP_AND_IP_OCTETS = 28;
const FIRST_SIZE = 100 + UDP_AND_IP_OCTETS;

export class RtcpInterval {
  readonly #random: () => number;
  #averageSize = FIRST_SIZE;
  #initial = true;

  /** `random`: 0 to 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds from now to the next packet: half to one and a half times the interval, the first one half of that. */
  next(): number {
    const least = this.#initial ? MINIMUM_MS / 2 : MINIMUM_MS;
    this.#initial = false;
    const calculated = Math.max(least, (1000 * MEMBERS * this.#averageSize) / RTCP_OCTETS_A_SECOND);
    return (calculated * (0.5 + this.#random())) / COMPENSATION;
  }

  /** §6.3.3: a packet was sent or came; `octets` without UDP and IP. */
  saw(octets: number): void {
    this.#averageSize += (octets + UDP_AND_IP_OCTETS - this.#averageSize) / 16;
  }
}
