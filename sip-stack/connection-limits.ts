/** What keeps a stream transport from being exhausted. Times in milliseconds. */
export interface ConnectionLimits {
  /** Connections of one transport. */
  readonly total: number;
  /** Of these, those that came from one address. */
  readonly perSource: number;
  /** From the opening to the end of the first message (for TLS and WebSocket also to the end of the handshake). */
  readonly firstMessage: number;
  /** From the first octet of a message to its last. */
  readonly halfMessage: number;
  /** Without a message or keep-alive of the peer. */
  readonly idle: number;
  /** From the request for a connection of ours to its opening. */
  readonly connect: number;
  /** What may wait in one connection to be sent, because the peer does not read. Octets. */
  readonly waiting: number;
}

export const standardLimits: ConnectionLimits = {
  // A descriptor and about 20 kB each: 100 MB.
  total: 5000,
  // The phones of a whole facility may stand behind one address.
  perSource: 500,
  // RFC 3261 §17.1.1.2: after 32 s (64*T1) a client gives its request up; a third of that is patience enough for one segment.
  firstMessage: 10_000,
  halfMessage: 10_000,
  // RFC 3261 §10.2: a phone is registered for an hour by default, and must be reachable by its connection as long; and ten minutes.
  idle: 4_200_000,
  // Leaves time for another target before the caller gives up (RFC 3263 §4.3).
  connect: 5000,
  // Sixteen of the longest messages.
  waiting: 1_048_576,
};
