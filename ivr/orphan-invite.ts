import type { SipServer } from '#sip-proxy/drachtio.ts';
import type { Clock } from './clock.ts';

/** An INVITE of a process that died before it wrote down how that ended. */
export interface OrphanInvite {
  /** The dialog that it was to make. */
  readonly dialogId: string;
  /** Undefined when not even that it had left was written down. */
  readonly transactionId: string | undefined;
}

export interface ReleaseParts {
  readonly sip: Pick<SipServer, 'endAnsweredOrphan' | 'cancelOrphan' | 'lost'>;
  readonly clock: Clock;
}

/** `answered`: by ACK and BYE; `cancelled`: it did not answer after the CANCEL; `unknown`: nobody rings, as far as can be told. */
export type Released = 'answered' | 'cancelled' | 'unknown';

/** How long an INVITE may ring that nobody can cancel: timer C of the SIP server, RFC 3261 §16.6. Milliseconds. */
const ringMs = 185_000;
/** How long a 200 may come after its CANCEL: 64 * T1, RFC 3261 §9.1. Milliseconds. */
const crossingMs = 32_000;
const firstLookMs = 500;
const longestPauseMs = 5_000;

/**
 * Ends an INVITE whichever way it went, by both SIP servers' rules: they keep the dialog of a 200 that nobody took, and any client may end it
 * by its id; drachtio-server goes on ringing for a client that died, and tells nobody of the 200 to come. So:
 *
 *     answered? --yes: ACK, BYE--> over
 *        | no
 *     CANCEL --refused (it is over, or was answered just now)--> answered? --no--> over
 *        | taken, or impossible: no transaction was written down
 *     answered? again and again, until no 200 can come any more --> over
 */
export async function releaseInvite(invite: OrphanInvite, { sip, clock }: ReleaseParts): Promise<Released> {
  const { transactionId } = invite;
  if (await sip.endAnsweredOrphan(invite)) return 'answered';
  const cancelled = transactionId !== undefined && (await sip.cancelOrphan({ transactionId }));
  const patienceMs = cancelled ? crossingMs : transactionId === undefined ? ringMs : firstLookMs;
  const begun = clock.elapsed();
  for (
    let pauseMs = firstLookMs;
    clock.elapsed() - begun < patienceMs;
    pauseMs = Math.min(2 * pauseMs, longestPauseMs)
  ) {
    await clock.wait(pauseMs);
    // This process ends with its SIP server.
    if (sip.lost.aborted) return 'unknown';
    if (await sip.endAnsweredOrphan(invite)) return 'answered';
  }
  return cancelled ? 'cancelled' : 'unknown';
}
