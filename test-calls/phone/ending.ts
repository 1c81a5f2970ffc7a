import type { SipMessage } from '#sip-stack/message.ts';

/** How a call ended, as its phone saw it. */
export interface Ending {
  readonly by: 'us' | 'them' | 'nobody';
  /** `bye`; `cancel` while it rang; `refused` by a final response; `silence`: no answer to a request, or no ACK; `vanished`. */
  readonly how: 'bye' | 'cancel' | 'refused' | 'silence' | 'vanished';
  /** The final response of the INVITE; undefined when there was none. */
  readonly status: number | undefined;
  readonly reason: string | undefined;
  /** Q.850 cause of the Reason header (RFC 3326) of the BYE, CANCEL or response. */
  readonly cause: number | undefined;
  /** ms on the `performance.now()` clock. */
  readonly atMs: number;
}

/** The Q.850 cause a message gives in a Reason header, RFC 3326; undefined when it gives none. */
export function causeOf(message: SipMessage | undefined): number | undefined {
  for (const reason of message?.getAll('reason') ?? []) {
    const found = /^\s*Q\.850\s*;.*?\bcause\s*=\s*(\d+)/i.exec(reason);
    if (found) return Number(found[1]);
  }
  return undefined;
}
